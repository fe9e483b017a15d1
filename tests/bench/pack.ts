/**
 * Milliseconds of one step of S runs that train as one, beside the same in PyTorch on the same device: eager, torch.compile,
 * torch.func.vmap under torch.compile, and CUDA graphs where the device is CUDA's.
 *   npm run bench:pack -- [--device cpu|webgpu|cuda] [--quick] [--cases toy,rn1-8] [--sizes 1,4,16,64] [--threads 1] [--torch eager,vmap | --torch none]
 * On a CPU everything has `--threads` threads; WebGPU is compared with PyTorch on CUDA.
 */
import { parseArgs } from "node:util";
import type { Device } from "../../workers/engine/engine.ts";
import { openBench } from "./compareSteps.ts";
import { packCases } from "./pack/cases.ts";
import { comparePacks } from "./pack/comparePacks.ts";
import type { TorchWay } from "./pack/timedStep.ts";

const { values: flags } = parseArgs({
  options: {
    device: { type: "string", default: "cpu" },
    quick: { type: "boolean", default: false },
    cases: { type: "string" },
    sizes: { type: "string" },
    threads: { type: "string", default: "1" },
    torch: { type: "string" },
    rounds: { type: "string" },
    limit: { type: "string", default: "180" },
  },
});
const listed = (text: string) => text.split(",").map((part) => part.trim());
const allWays: TorchWay[] = ["eager", "compiled", "vmap", "graph", "vmap graph"];
const names = listed(flags.cases ?? (flags.quick ? "toy,rn1-8" : packCases.map(({ name }) => name).join()));
const python = flags.torch === "none" ? undefined : openBench();
for (const name of names) {
  const one = packCases.find((candidate) => candidate.name === name);
  if (!one) throw new Error(`there is no case '${name}': ${packCases.map((candidate) => candidate.name).join(", ")}`);
  await comparePacks(one, {
    device: flags.device as Device,
    threads: Number(flags.threads),
    sizes: listed(flags.sizes ?? (flags.quick ? "1,4,16" : "1,4,16,64")).map(Number),
    rounds: Number(flags.rounds ?? (flags.quick ? 3 : 5)),
    python,
    ways: flags.torch ? (listed(flags.torch) as TorchWay[]) : flags.quick ? ["eager", "vmap"] : allWays,
    limitS: Number(flags.limit),
    deadline: Number.POSITIVE_INFINITY,
  });
}
process.exit(0);
