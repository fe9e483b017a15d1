import { createHash } from "node:crypto";
import { type ArchivedFile, archivePaths } from "../../../contract/wire/archiveFormat.ts";

/** They change though the experiment is the same: files of runs name the runs' ids. */
const isAside = (path: string) => path === archivePaths.readme || path === archivePaths.origin || path.includes("/files/");

/** sha256 over what an archive's experiment consists of, whatever its ids and wherever it is from. */
export function contentOf(files: readonly ArchivedFile[]): string {
  const lines = files.filter(({ path }) => !isAside(path)).map(({ path, sha256 }) => `${sha256}  ${path}\n`);
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}
