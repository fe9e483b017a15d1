import { isFile, isRaw, type Route } from "./defineRoute.ts";
import { prefix } from "./findRoute.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A route's call as a line for a shell, with what is to be filled in as $NAMES. */
export function exampleCall(route: Route): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name === "id" ? "ID" : name.toUpperCase()}`);
  const parts = ["curl -sS --fail-with-body"];
  if (route.method !== "GET") parts.push(`-X ${route.method}`);
  if (route.right !== "anyone") parts.push('-H "Authorization: Bearer $TOKEN"');
  if (isRaw(route.request)) parts.push(`-H "Content-Type: ${route.request.contentTypes[0]}"`, "--data-binary @FILE");
  else if (route.request !== null && route.example !== undefined)
    parts.push('-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(route.example))}`);
  const query = isFile(route.response) && route.query && "format" in route.query.shape ? "?format=csv" : "";
  return [...parts, `"$URL${prefix}${path}${query}"`].join(" \\\n  ");
}
