import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkpointName, featuresName } from "../../contract/wire/artefactNames.ts";
import type { Assignment, Lease } from "../../contract/wire/workerProtocol.ts";
import { newestCheckpoints } from "../checkpoints/checkpointFolder.ts";
import { linkOrCopy } from "../files/linkOrCopy.ts";
import { versions } from "./versions.ts";
import { type Trained, writeFeatures } from "./writeFeatures.ts";

/** What a run leaves behind for the server, in a folder of its attempt: complete once it is there. */
export interface Manifest {
  lease: Lease;
  files: { name: string; bytes: number; sha256: string }[];
}

export const manifestFile = "manifest.json";

interface Place {
  assignment: Assignment;
  /** Where to; emptied first. */
  folder: string;
  checkpoints: string;
  /** Checkpoints that are kept, the newest first. */
  keep: number;
}

/**
 * Puts the features of a trained network (null: it has none to show) and the newest checkpoints where the agent sends them from.
 * @returns what was left out, for the log
 * @throws when the disk refuses
 */
export async function keepResults(
  { assignment, folder, checkpoints, keep }: Place,
  trained: Trained | null,
): Promise<string | null> {
  const { runId, attempt, lease, config } = assignment;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names: string[] = [];
  let note: string | null = null;
  if (trained) {
    const about = {
      format: "collapsar features 1",
      run: runId,
      attempt: String(attempt),
      step: String(trained.step),
      program: versions.collapsar,
      dataHash: trained.dataset.resolved.hash,
      config: JSON.stringify(config),
    };
    note = await writeFeatures(join(folder, featuresName), trained, about);
    names.push(featuresName);
  }
  // What others may grow from is kept, whatever else is.
  const kept = config.training.grown ? Math.max(1, keep) : keep;
  for (const { step, path } of newestCheckpoints(checkpoints).slice(0, kept)) {
    const name = checkpointName(step);
    linkOrCopy(path, join(folder, name));
    names.push(name);
  }
  const files = names.map((name) => ({ name, ...describeFile(join(folder, name)) }));
  const manifest: Manifest = { lease: { runId, attempt, lease }, files };
  const path = join(folder, manifestFile);
  writeFileSync(`${path}.new`, JSON.stringify(manifest), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return note;
}

function describeFile(path: string): { bytes: number; sha256: string } {
  const hash = createHash("sha256");
  const part = Buffer.alloc(1 << 20);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, part); read > 0; read = readSync(file, part)) hash.update(part.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return { bytes: statSync(path).size, sha256: hash.digest("hex") };
}
