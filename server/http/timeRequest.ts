import type { IncomingMessage, ServerResponse } from "node:http";
import { counters } from "../metrics/counters.ts";

/** The first parts of paths, each a route of its own; whatever else is asked for is one together, so that strangers make no new ones. */
const routes = [
  "trpc",
  "export",
  "artefacts",
  "enter",
  "join",
  "auth",
  "api",
  "s",
  "_next",
  "metrics",
  "livez",
  "readyz",
  "healthz",
];
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Routes that are told apart more closely than by their first part. */
const named = new WeakMap<ServerResponse, string>();
export const nameRoute = (response: ServerResponse, route: string): void => void named.set(response, route);

export const routeOf = (address: string | undefined): string => {
  const first = /^\/([^/?]*)/.exec(address ?? "")?.[1] ?? "";
  return routes.includes(first) ? `/${first}` : "pages";
};

/** Notes how long a request takes, from now until its answer is sent or its line breaks. */
export function timeRequest({ url, method = "" }: IncomingMessage, response: ServerResponse): void {
  const began = performance.now();
  response.once("close", () => {
    const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : "broken";
    const labels = { route: named.get(response) ?? routeOf(url), method: methods.includes(method) ? method : "other", status };
    counters.requests.observe(labels, (performance.now() - began) / 1_000);
  });
}
