import type { ServiceContext } from "../../context/serviceContext.ts";
import { defineRoute, fileAnswer, type Route, Streamed } from "../defineRoute.ts";
import { openApi } from "../openApi.ts";

/** The route that gives the document of all others and itself. */
export function withDocument(routes: readonly Route[]): readonly Route[] {
  let text: Buffer | null = null;
  const write = ({ version }: ServiceContext) => {
    text ??= Buffer.from(JSON.stringify(openApi(all, version)));
    return text;
  };
  const all: readonly Route[] = [
    ...routes,
    defineRoute({
      ...{ id: "getOpenApi", method: "GET", path: "/openapi.json", right: "anyone", subject: "document" },
      summary: "Read this document",
      response: fileAnswer("application/json"),
      handle: async ({ services }) => {
        const piece = write(services);
        return new Streamed(
          "application/json; charset=utf-8",
          (async function* () {
            yield piece;
          })(),
        );
      },
    }),
  ];
  return all;
}
