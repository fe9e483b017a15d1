/**
 * Builds TensorFlow.js' native add-on against the TensorFlow that pip installs, for GPUs and versions of CUDA newer than those of
 * the one that npm downloads: npm run build:tfjs-node -- [--tensorflow FOLDER] [--nodedir PREFIX]
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { Failure } from "../../../contract/failure.ts";
import { nodeRefusal } from "../nodeRefusal.ts";
import { compileAddon } from "./compileAddon.ts";
import { fetchPackage } from "./fetchPackage.ts";
import { findTensorflow, type Tensorflow } from "./findTensorflow.ts";
import { findHeaders, requireCompiler } from "./findTools.ts";
import type { AddonReport } from "./reportAddon.ts";

try {
  build();
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function build(): void {
  const options = readOptions();
  const refusal = nodeRefusal();
  if (refusal !== undefined) throw new Failure("INVALID", `TensorFlow's add-on does not work with this Node: ${refusal}.`);
  if (process.platform !== "linux")
    throw new Failure(
      "INVALID",
      `This build works only on Linux, not on ${process.platform}: use the device webgpu or cpu here.`,
    );
  const tensorflow = findTensorflow(options.tensorflow);
  requireCompiler();
  const headers = findHeaders(options.nodedir);
  console.log(`TensorFlow: ${tensorflow.folder}\nHeaders of Node: ${headers ?? "none found, so node-gyp downloads them"}`);
  const fetched = fetchPackage();
  compileAddon(fetched, tensorflow, headers);
  const { version, gpu } = loadAddon();
  console.log(`Built ${fetched.addon}\nIt loads and computes: TensorFlow ${version}, ${gpu ? "with a GPU" : "no GPU seen"}.`);
  if (!gpu) console.log(adviceWithoutGpu(tensorflow));
}

function readOptions(): { tensorflow?: string; nodedir?: string } {
  try {
    return parseArgs({ options: { tensorflow: { type: "string" }, nodedir: { type: "string" } } }).values;
  } catch (error) {
    throw new Failure("INVALID", `${(error as Error).message}. The options are --tensorflow FOLDER and --nodedir PREFIX.`);
  }
}

/** Loads it in a process of its own, as a run does. */
function loadAddon(): AddonReport {
  const program = new URL("./reportAddon.ts", import.meta.url).pathname;
  const { stdout, status } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", program], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Failure("DEVICE_UNAVAILABLE", "The add-on is built, but it does not load: see the output above.");
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}

function adviceWithoutGpu({ cudaFolders }: Tensorflow): string {
  if (cudaFolders.length === 0)
    return 'CUDA\'s libraries are not next to TensorFlow: for a GPU, "pip install tensorflow[and-cuda]" and build again.';
  return `If nvidia-smi shows a GPU, TensorFlow's output above says what it misses. If libraries are not found, set LD_LIBRARY_PATH=${cudaFolders.join(":")}`;
}
