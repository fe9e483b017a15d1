import { spawnSync } from "node:child_process";

/** A Python that has these modules: the one named by COLLAPSAR_TORCH_PYTHON, or python3; null where neither has them. */
export const findPython = (...modules: string[]): string | null =>
  [process.env.COLLAPSAR_TORCH_PYTHON, "python3"].find(
    (name) => name !== undefined && spawnSync(name, ["-c", `import ${["sys", ...modules].join(", ")}`]).status === 0,
  ) ?? null;
