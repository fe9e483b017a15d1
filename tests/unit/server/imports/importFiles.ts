import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Draft } from "../../../../server/services/imports/draft/draft.ts";
import { settleDraft } from "../../../../server/services/imports/draft/settleDraft.ts";
import type { UploadedFile } from "../../../../server/services/imports/uploadedFile.ts";

/** Files as they lie on the disk while they are read; gone with the process, whose test files share this. */
const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
let made = 0;

export function fileOf(name: string, content: string | Uint8Array): UploadedFile {
  const path = join(folder, String(made++));
  const bytes = Buffer.from(content);
  writeFileSync(path, bytes);
  return { name, path, bytes: bytes.length };
}

/** A draft's runs in few words: name, config, and each series as [step, value]. */
export function runsOf(draft: Draft) {
  return settleDraft(draft).map(({ name, values, series, status }) => ({
    name,
    values,
    series: Object.fromEntries(
      [...series].map(([key, points]) => [key, points.steps.map((step, at) => [step, points.values[at]])]),
    ),
    ...(status !== "finished" && { status }),
  }));
}

export const messagesOf = (draft: Draft) => draft.problems.list().map(({ level, message }) => `${level}: ${message}`);
