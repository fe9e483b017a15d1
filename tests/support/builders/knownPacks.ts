import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { packKey } from "../../../contract/pack/packKey.ts";
import { readProgramVersion } from "../../../workers/programVersion.ts";

/** Has a worker that is yet to be started know how many runs of each config's key are best in one step, on the CPU. */
export function knowPacks(dataFolder: string, known: { config: RunConfig; runs: number }[]): void {
  const entries = known.map(({ config, runs }) => ({
    key: packKey(config),
    best: { runs, provider: "onnxruntime cpu", until: Date.now() + 86_400_000 },
    limit: null,
  }));
  mkdirSync(join(dataFolder, "worker"), { recursive: true });
  writeFileSync(join(dataFolder, "worker", "packs.json"), JSON.stringify({ version: readProgramVersion(), entries }));
}
