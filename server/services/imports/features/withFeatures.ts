import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importLimits } from "../../../../contract/wire/imports.ts";
import { type ReadRuns, readRuns } from "../../../imports/features/readRuns.ts";
import { Scratch } from "../../../imports/formats/scratch.ts";
import type { ImportWork } from "../importKind.ts";

/** Space of the disk that is left to others, bytes. */
const reserveBytes = 200e6;

/** Works with the runs of files of features; what is unpacked for it is gone afterwards. @throws Failure */
export async function withFeatures<T>(
  { files, choices }: Pick<ImportWork, "files" | "choices">,
  work: (read: ReadRuns, scratch: Scratch) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "collapsar-features-"));
  const scratch = new Scratch(folder, importLimits.bytes, reserveBytes);
  try {
    const roles = new Map((choices.arrays ?? []).map(({ array, role }) => [array, role]));
    return await work(
      await readRuns(files, scratch, { roles, step: choices.step ?? null, labelColumn: choices.labelColumn }),
      scratch,
    );
  } finally {
    await scratch.close();
    await rm(folder, { recursive: true, force: true });
  }
}
