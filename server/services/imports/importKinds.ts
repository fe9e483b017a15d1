import { Failure } from "../../../contract/failure.ts";
import type { ImportKindName } from "../../../contract/wire/imports.ts";
import type { ImportKind } from "./importKind.ts";
import { archiveKind } from "./kinds/archiveKind.ts";
import { csvKind } from "./kinds/csvKind.ts";
import { featuresKind } from "./kinds/featuresKind.ts";
import { tensorboardKind } from "./kinds/tensorboardKind.ts";
import { wandbKind } from "./kinds/wandbKind.ts";
import { baseName, type UploadedFile } from "./uploadedFile.ts";

/** Every kind; of several that are equally sure the first is taken. */
const importKinds: readonly ImportKind[] = [archiveKind, tensorboardKind, wandbKind, csvKind, featuresKind];

/**
 * The kinds that files can be read as, the best first.
 * @param wanted the kind that a person has chosen
 * @throws Failure INVALID where there is none
 */
export async function kindsOf(
  files: readonly UploadedFile[],
  wanted: ImportKindName | undefined,
): Promise<[ImportKind, ...ImportKind[]]> {
  const fits = await Promise.all(importKinds.map(async (kind) => ({ kind, fit: await kind.detect(files) })));
  const found = ["sure", "possible"].flatMap((fit) => fits.filter((one) => one.fit === fit)).map(({ kind }) => kind);
  if (wanted !== undefined) {
    const chosen = importKinds.find(({ kind }) => kind === wanted);
    if (!chosen) throw new Failure("INVALID", `This server imports no files of the kind "${wanted}".`);
    return [chosen, ...found.filter((kind) => kind !== chosen)];
  }
  const [best, ...others] = found;
  if (best) return [best, ...others];
  const [first] = files;
  const readable = importKinds.map(({ title }) => title).join(", ");
  if (first && files.length > 1) {
    const fit = await Promise.all(files.map((file) => Promise.all(importKinds.map((kind) => kind.detect([file])))));
    const foreign = files.find((_, at) => fit[at]?.every((one) => one === "no"));
    if (!foreign) throw new Failure("INVALID", `These ${files.length} files are of different kinds: import each kind by itself.`);
    throw new Failure("INVALID", `${baseName(foreign.name)} cannot be imported. These can: ${readable}.`);
  }
  throw new Failure("INVALID", `${baseName(first?.name ?? "")} cannot be imported. These can: ${readable}.`);
}
