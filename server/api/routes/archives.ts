import { z } from "zod";
import { archivedFileKinds, archiveLimits, archiveSummary } from "../../../contract/wire/archiveFormat.ts";
import { exportArchive } from "../../services/archives/exportArchive.ts";
import { importArchive, inspectArchive } from "../../services/archives/importArchive.ts";
import { defineRoute, fileAnswer, type Route, rawBody, Streamed } from "../defineRoute.ts";

const subject = "archives";
const zip = "application/zip";
const body = rawBody([zip], archiveLimits.bytes);

const fileKinds = z
  .string()
  .max(200)
  .default("")
  .transform((text) => text.split(",").filter((kind) => kind !== ""))
  .pipe(z.array(z.enum(archivedFileKinds, `must be ${archivedFileKinds.join(" or ")}, or both with a comma between them`)));

export const archiveRoutes: Route[] = [
  defineRoute({
    ...{ id: "exportArchive", method: "GET", path: "/experiments/{id}/archive", right: "study", subject },
    summary: "Download an experiment as one archive",
    description:
      "A zip file with the config, all runs, every series at full precision (.npy), geometry, logs, attempts, evaluations, environment and data hashes; a README in it says how to read it. With files=checkpoints,features the last checkpoint and the last-layer features of each run are included as safetensors, if they were kept.",
    query: z.object({ files: fileKinds }),
    response: fileAnswer(zip),
    handle: async ({ services, reader, params, query }) => {
      const { name, content } = await exportArchive(services, reader, params.id, query.files);
      return new Streamed(zip, content, { base: name, ending: "zip" });
    },
  }),
  defineRoute({
    ...{ id: "importArchive", method: "POST", path: "/archives", right: "launch", subject },
    summary: "Import an archive",
    description:
      "The body is the zip file. Its experiment is stored whole or not at all, under new ids; runs that had not ended when it was archived are cancelled.",
    request: body,
    status: 201,
    response: archiveSummary.extend({ id: z.uuid() }),
    handle: ({ services, person, body }) => importArchive(services, person, body),
  }),
  defineRoute({
    ...{ id: "inspectArchive", method: "POST", path: "/archives/inspect", right: "launch", subject },
    summary: "Say what an archive would make",
    description: "Reads and checks all of it, and stores nothing.",
    request: body,
    response: archiveSummary,
    handle: ({ services, body }) => inspectArchive(services, body),
  }),
];
