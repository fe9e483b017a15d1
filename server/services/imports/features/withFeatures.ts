import { importLimits } from "../../../../contract/wire/imports.ts";
import { type ReadRuns, readRuns } from "../../../imports/features/readRuns.ts";
import { type Scratch, withScratch } from "../../../imports/formats/scratch.ts";
import type { ImportWork } from "../importKind.ts";

/** Space of the disk that is left to others, bytes. */
const reserveBytes = 200e6;

/** Works with the runs of files of features; what is unpacked for it is gone afterwards. @throws Failure */
export const withFeatures = <T>(
  { files, choices }: Pick<ImportWork, "files" | "choices">,
  work: (read: ReadRuns, scratch: Scratch) => Promise<T>,
): Promise<T> =>
  withScratch(importLimits.bytes, reserveBytes, async (scratch) => {
    const roles = new Map((choices.arrays ?? []).map(({ array, role }) => [array, role]));
    return work(await readRuns(files, scratch, { roles, step: choices.step ?? null, labelColumn: choices.labelColumn }), scratch);
  });
