import { spawnSync } from "node:child_process";

/** Pythons that tests may use, the one that has torch first. */
const candidates = [process.env.COLLAPSAR_TORCH_PYTHON, "python3"].filter((name) => name !== undefined);

const imports = (program: string, packages: string) =>
  spawnSync(program, ["-B", "-c", packages === "" ? "" : `import ${packages}`]).status === 0;

/** The first Python that has all of these packages, or undefined where none is installed. @param packages "numpy, torch" */
export const pythonWith = (packages = ""): string | undefined => candidates.find((program) => imports(program, packages));

/** Runs a script with arguments. @returns what it printed, and how it ended */
export function runPython(program: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(program, ["-B", ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 250_000,
    maxBuffer: 100_000_000,
  });
  return { status, stdout, stderr };
}
