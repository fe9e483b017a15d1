import { createReadStream } from "node:fs";
import type { ArchiveSummary } from "../../../../contract/wire/archiveFormat.ts";
import { importArchive, inspectArchive } from "../../archives/importArchive.ts";
import type { ImportKind, ImportWork } from "../importKind.ts";
import { endingOf, headOf, isZip, type UploadedFile } from "../uploadedFile.ts";

/** Zip files of other programs. */
const foreignEndings = ["npz", "pt", "pth", "docx", "xlsx"];

/** A whole experiment that a Collapsar exported. */
export const archiveKind: ImportKind = {
  kind: "archive",
  title: "an archive of Collapsar (.zip)",

  async detect(files) {
    const [file] = files;
    if (!file || files.length !== 1 || foreignEndings.includes(endingOf(file.name))) return "no";
    return endingOf(file.name) === "zip" || isZip(await headOf(file, 4)) ? "sure" : "no";
  },

  async plan(work) {
    const archive = await inspectArchive(work.context, contentOf(work));
    return {
      study: { name: archive.name, existing: null },
      counts: { runs: archive.runs, present: 0, series: 0, points: archive.points },
      axes: [],
      series: [],
      runs: [],
      problems: [],
      columns: null,
      archive,
    };
  },

  async carryOut(work) {
    const made: ArchiveSummary & { id: string } = await importArchive(work.context, work.person, contentOf(work));
    const { id, name, runs } = made;
    return { experimentId: id, name, url: `${work.context.publicUrl}/e/${id}`, made: runs, present: 0 };
  },
};

function contentOf({ files }: ImportWork): AsyncIterable<Buffer> {
  const [file] = files as [UploadedFile];
  return createReadStream(file.path) as AsyncIterable<Buffer>;
}
