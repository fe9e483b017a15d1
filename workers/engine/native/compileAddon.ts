import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { buildEnvironment } from "../../env.ts";
import type { FetchedPackage } from "./fetchPackage.ts";
import type { Tensorflow } from "./findTensorflow.ts";

const nodeGyp = "node-gyp@13.1.0";

/**
 * Compiles the package's own sources by its own binding.gyp: links in deps/ show it pip's headers and libraries in place of the
 * ones that its installer would download. @param headers folder of Node's; undefined: node-gyp downloads them
 * @throws Failure if node-gyp fails
 */
export function compileAddon({ folder, addon }: FetchedPackage, tensorflow: Tensorflow, headers: string | undefined): void {
  const target = dirname(addon);
  for (const old of ["deps", "build", "lib"]) rmSync(join(folder, old), { recursive: true, force: true });
  mkdirSync(join(folder, "deps", "lib"), { recursive: true });
  symlinkSync(join(tensorflow.folder, "include"), join(folder, "deps", "include"));
  symlinkSync(join(tensorflow.folder, "libtensorflow_cc.so.2"), join(folder, "deps", "lib", "libtensorflow.so"));
  symlinkSync(join(tensorflow.folder, "libtensorflow_framework.so.2"), join(folder, "deps", "lib", "libtensorflow_framework.so"));
  const version = /napi-v(\d+)/.exec(target)?.[1];
  const options = [
    "rebuild",
    "--module_name=tfjs_binding",
    `--module_path=${target}`,
    `--napi_build_version=${version}`,
    ...(headers === undefined ? [] : [`--nodedir=${headers}`]),
  ];
  const { status } = spawnSync("npm", ["exec", "--yes", "--", nodeGyp, "--loglevel=warn", ...options], {
    cwd: folder,
    env: buildEnvironment({ LDFLAGS: searchPath(tensorflow) }),
    stdio: "inherit",
  });
  rmSync(join(folder, "build"), { recursive: true, force: true });
  if (status === 0) return;
  const wayOut = headers
    ? `Node's headers were those of ${headers}; --nodedir names others`
    : "no headers of Node are on this machine, so it needs nodejs.org; or name a prefix that has include/node: --nodedir /usr";
  throw new Failure("INVALID", `${nodeGyp} could not build the add-on, see its output above (${wayOut}).`);
}

/**
 * TensorFlow opens CUDA's libraries by name while it runs. The old kind of search path, DT_RPATH, holds for what a loaded library
 * opens too; the new one, DT_RUNPATH, for the add-on alone.
 */
function searchPath({ folder, cudaFolders }: Tensorflow): string {
  return `-Wl,--disable-new-dtags,-rpath,${[folder, ...cudaFolders].join(":")}`;
}
