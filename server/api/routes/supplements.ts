import { Readable } from "node:stream";
import { z } from "zod";
import { gatherSupplement } from "../../services/supplements/gatherSupplement.ts";
import { openSupplement } from "../../supplement/openSupplement.ts";
import { defineRoute, fileAnswer, type Route, Streamed } from "../defineRoute.ts";

const html = "text/html; charset=utf-8";

export const supplementRoutes: Route[] = [
  defineRoute({
    ...{ id: "exportReport", method: "GET", path: "/experiments/{id}/report", right: "study", subject: "experiments" },
    summary: "Download an experiment's report: one HTML file",
    description:
      "Charts, findings, tables, definitions and how to rerun the study (how to measure it again, if it was trained elsewhere), in one file that needs no network and no server, for a paper's supplement. With anonymous=true it is fit for blind review: no name of the study, no tags, no note unless note=true, no names of people, machines and own data sets, no addresses, ids and times.",
    query: z.object({ anonymous: z.boolean().default(false), note: z.boolean().optional() }),
    response: fileAnswer("text/html"),
    handle: async ({ services, reader, params, query }) => {
      const choice = { anonymous: query.anonymous, withNote: query.note ?? !query.anonymous };
      const supplement = await gatherSupplement(services, reader, params.id, choice);
      const write = await openSupplement();
      return new Streamed(html, Readable.from([write(supplement)]), { base: supplement.detail.name, ending: "html" });
    },
  }),
];
