/**
 * What a GPU is tried with: whether every kind of run gives the CPU's numbers there, alone and in a pack, and then how fast packs are
 * beside PyTorch on the same card (bench:pack). Prints as it goes, ends within --minutes, with status 1 where a number differs.
 *   node tests/bench/gpu.ts [--device webgpu|cuda] [--minutes 8] [--cases rn1-8,toy] [--sizes 1,16,64]
 * Needs Node, and node_modules with `onnxruntime-node`, `@tensorflow/tfjs` and `zod`. To a machine that has neither Node nor a registry
 * take along: Node's binary, the tracked files, and the files of node_modules that pack/loadAll.ts loads. WebGPU needs
 * Vulkan's loader (libvulkan.so.1) and the driver's description of itself (VK_DRIVER_FILES). A software GPU tries the script itself:
 * VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { createEngine } from "../../workers/engine/createEngine.ts";
import type { Device, Engine } from "../../workers/engine/engine.ts";
import { families } from "../unit/workers/families.ts";
import { openBench } from "./compareSteps.ts";
import { packCases } from "./pack/cases.ts";
import { comparePacks } from "./pack/comparePacks.ts";
import { parityAlone, parityPacked, tooFar } from "./pack/parity.ts";

const { values: flags } = parseArgs({
  options: {
    device: { type: "string", default: "webgpu" },
    minutes: { type: "string", default: "8" },
    cases: { type: "string", default: "rn1-8,toy,rn1-34,t11,rn1-512,conv" },
    sizes: { type: "string", default: "1,4,16,64" },
  },
});
const device = flags.device as Device;
const deadline = performance.now() + 60_000 * Number(flags.minutes);
const seconds = () => (performance.now() / 1000).toFixed(0);
tf.enableProdMode();

const python = openBench();
const smi = spawnSync("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"], {
  encoding: "utf8",
});
console.log(smi.status === 0 ? smi.stdout.trim() : "nvidia-smi tells of no card");
const [cpu, there] = [await createEngine({ device: "cpu", engine: "compiled" }), await createEngine({ device })];
console.log(`${there.choice.provider}, products in ${there.choice.precision}, after ${seconds()} s`);

// The shaders compiled so far are forgotten when no session is open any more.
const open = await there.compileFunction({
  state: {},
  inputs: { x: { shape: [1] } },
  fn: ({ inputs }) => ({ y: tf.neg(inputs.x) }),
});
const differing = await checkParity(cpu, there, deadline - 0.6 * 60_000 * Number(flags.minutes));
await open.dispose();

const sizes = flags.sizes.split(",").map(Number);
for (const name of flags.cases.split(",")) {
  const one = packCases.find((candidate) => candidate.name === name);
  if (!one) throw new Error(`there is no case '${name}': ${packCases.map((candidate) => candidate.name).join(", ")}`);
  const left = (deadline - performance.now()) / 1000;
  if (left < 20) {
    console.log(`\n${one.title}: no time is left`);
    continue;
  }
  // What PyTorch compiles takes longest: CUDA graphs over vmap are its best, and are tried with the rest where there is time.
  const ways =
    left > 240 ? (["eager", "compiled", "graph", "vmap", "vmap graph"] as const) : (["eager", "graph", "vmap"] as const);
  await comparePacks(one, { device, threads: 1, sizes, rounds: 4, python, ways, limitS: Math.min(90, left), deadline });
}
console.log(
  `\n${differing === 0 ? "The CPU's numbers" : `${differing} kinds of runs DIFFER from the CPU`}; ${seconds()} s in all`,
);
process.exit(differing === 0 ? 0 : 1);

/** How many kinds of runs differ from the CPU. */
async function checkParity(cpu: Engine, there: Engine, until: number): Promise<number> {
  let differing = 0;
  console.log("\nLargest differences from the CPU after five updates: losses, state, measured");
  for (const [kind, compare] of [["alone", parityAlone] as const, ["three in a pack", parityPacked] as const]) {
    for (const [at, family] of families.entries()) {
      if (performance.now() > until) {
        console.log(`  ${kind}: ${families.length - at} of ${families.length} kinds were left out for want of time`);
        break;
      }
      try {
        const found = await compare(cpu, there, family);
        const numbers = [found.fit, found.state, found.measured].map((value) => (value === null ? "–" : value.toExponential(1)));
        const far = tooFar(found);
        if (far) differing++;
        console.log(`  ${far ? "DIFFERS" : "ok"}  ${numbers.join("  ")}  ${family.name}, ${kind}  (${seconds()} s)`);
      } catch (error) {
        differing++;
        console.log(`  FAILED  ${family.name}, ${kind}: ${(error as Error).message.split("\n")[0]}`);
      }
    }
  }
  return differing;
}
