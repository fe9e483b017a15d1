import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../../contract/failure.ts";

/** TensorFlow as pip installs it. */
export interface Tensorflow {
  /** site-packages/tensorflow, without links: its libraries look for their neighbours from where they lie. */
  readonly folder: string;
  /** Where pip puts CUDA's libraries beside it; none with the CPU's wheel. */
  readonly cudaFolders: readonly string[];
}

const parts = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2", "include/tensorflow/c/eager/c_api.h"];
const wayOut =
  'install it ("pip install tensorflow[and-cuda]"; for the CPU alone "tensorflow-cpu") and name its folder: npm run build:tfjs-node -- --tensorflow /path/to/site-packages/tensorflow';

/** The folder given, or the one that python3 imports. @throws Failure naming what is missing */
export function findTensorflow(given?: string): Tensorflow {
  const named = given ?? askPython();
  if (!existsSync(named)) throw new Failure("INVALID", `There is no folder ${named}: ${wayOut}.`);
  const folder = realpathSync(named);
  const missing = parts.filter((part) => !existsSync(join(folder, part)));
  if (missing.length > 0)
    throw new Failure("INVALID", `${folder} is not TensorFlow as pip installs it: it lacks ${missing.join(", ")}; ${wayOut}.`);
  if (/[\s,:$"'\\]/.test(folder))
    throw new Failure(
      "INVALID",
      `The linker cannot use the path ${folder}: install TensorFlow in a path without spaces and without , : or $.`,
    );
  return { folder, cudaFolders: findCuda(join(dirname(folder), "nvidia")) };
}

/** Asks where the package is, without importing it. */
function askPython(): string {
  const question =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0] if s else '')";
  let answer = "";
  try {
    answer = execFileSync("python3", ["-c", question], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    throw new Failure("INVALID", `python3 was not found, so TensorFlow cannot be located: ${wayOut}.`);
  }
  if (answer === "") throw new Failure("INVALID", `python3 has no TensorFlow: ${wayOut}.`);
  return answer;
}

/** site-packages/nvidia/<library>/lib */
function findCuda(nvidia: string): string[] {
  if (!existsSync(nvidia)) return [];
  return readdirSync(nvidia)
    .map((library) => join(nvidia, library, "lib"))
    .filter((folder) => existsSync(folder));
}
