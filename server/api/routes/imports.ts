import { z } from "zod";
import { carriedOut, importChoices, importLimits, importPlan, uploadedImport } from "../../../contract/wire/imports.ts";
import { carryOutImport, dropImport, planImport, receiveUpload } from "../../services/imports/planImport.ts";
import { defineRoute, type Route, rawBody } from "../defineRoute.ts";

const subject = "imports";
const right = "launch";
const body = rawBody(["application/octet-stream", "text/csv", "application/zip"], importLimits.fileBytes);
const isTrue = z.enum(["true", "false"]).default("false");
const maxBytes = 4_000_000;

export const importRoutes: Route[] = [
  defineRoute({
    ...{ id: "uploadImport", method: "POST", path: "/imports", right, subject },
    summary: "Send a file to import",
    description:
      "The body is the file: an archive of Collapsar, TensorBoard event files, CSV tables of W&B or of your own, or features with labels (.npy, .npz, .safetensors, .pt, .pth, .csv). The answer says what it would make; nothing is stored yet. Several files are sent one after the other: the answer to the first has the import's id, which the others name. Files that are not imported within an hour are thrown away.",
    query: z.object({
      name: z.string().max(2_000).describe("Name of the file, with its folders if they matter: run-1/events.out.tfevents.1."),
      import: z.uuid().optional().describe("The import that it belongs to; absent: a new one."),
      more: isTrue.describe("true: further files follow, so there is no plan yet."),
    }),
    request: body,
    status: 201,
    response: uploadedImport,
    handle: ({ services, person, query, body }) =>
      receiveUpload(services, person, { ...query, more: query.more === "true", content: body }),
  }),
  defineRoute({
    ...{ id: "planImport", method: "POST", path: "/imports/{id}/plan", right, subject },
    summary: "Say what an import would make",
    description: "With choices of your own in place of the suggested ones. Nothing is stored.",
    request: importChoices,
    example: { study: "ResNets of last week", columns: [{ column: "nc1", role: "metric", as: "train/nc1.ratio@18" }] },
    maxBytes,
    response: importPlan,
    handle: ({ services, person, params, body }) => planImport(services, person, params.id, body),
  }),
  defineRoute({
    ...{ id: "carryOutImport", method: "POST", path: "/imports/{id}", right, subject },
    summary: "Carry an import out",
    description:
      "Stores what the plan with the same choices says, all of it or nothing. Runs that are here already with the same content are not stored again.",
    request: importChoices,
    example: { study: "ResNets of last week" },
    maxBytes,
    status: 201,
    response: carriedOut,
    handle: ({ services, person, params, body }) => carryOutImport(services, person, params.id, body),
  }),
  defineRoute({
    ...{ id: "dropImport", method: "DELETE", path: "/imports/{id}", right, subject },
    summary: "Throw an import's files away",
    response: z.object({ id: z.uuid() }),
    handle: async ({ services, person, params }) => {
      await dropImport(services, person, params.id);
      return { id: params.id };
    },
  }),
];
