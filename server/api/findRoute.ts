import { z } from "zod";
import type { Method, Route } from "./defineRoute.ts";
import { invalid, Refusal } from "./refusal.ts";

export const prefix = "/api/v1";

interface Found {
  route: Route;
  params: Record<string, string>;
}

const uuid = z.uuid("an id is a UUID, as lists give it");

/** The routes of an address by method, with the parts of the path that stand in braces. A path is compared as it was written. */
export class RouteTable {
  private readonly byLength = new Map<number, { route: Route; parts: string[] }[]>();

  /** @throws Error where two routes are one, or have one name */
  constructor(routes: readonly Route[]) {
    const seen = new Set<string>();
    for (const route of routes) {
      for (const name of [route.id, `${route.method} ${route.path.replace(/\{\w+\}/g, "{}")}`]) {
        if (seen.has(name)) throw new Error(`two routes are called ${name}`);
        seen.add(name);
      }
      const parts = route.path.slice(1).split("/");
      this.byLength.set(parts.length, [...(this.byLength.get(parts.length) ?? []), { route, parts }]);
    }
  }

  /** @throws Refusal 404 for an unknown address, 405 for an unknown method of it */
  find(method: string, path: string): Found {
    const asked = method === "HEAD" ? "GET" : method;
    const found = this.at(path).find(({ route }) => route.method === (asked as Method));
    if (found) return found;
    const allow = this.allowed(path);
    throw new Refusal(405, "METHOD_NOT_ALLOWED", `This address accepts only ${allow}.`, { headers: { allow } });
  }

  /** Methods of an address as the Allow header lists them. @throws Refusal 404 for an unknown address */
  allowed(path: string): string {
    const methods = this.at(path).map(({ route }) => route.method);
    return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  }

  /** @throws Refusal 404 for an unknown address */
  private at(path: string): Found[] {
    const asked = path.slice(prefix.length + 1).split("/");
    const found = (this.byLength.get(asked.length) ?? []).flatMap(({ route, parts }) => {
      const params: Record<string, string> = {};
      const fits = parts.every((part, i) => {
        const name = /^\{(\w+)\}$/.exec(part)?.[1];
        if (name === undefined) return part === asked[i];
        params[name] = decodeURIComponent(asked[i]!);
        return asked[i] !== "";
      });
      return fits ? [{ route, params }] : [];
    });
    if (found.length === 0)
      throw new Refusal(404, "NOT_FOUND", `There is no such address in the API: ${prefix}/openapi.json lists all.`);
    // A written part goes before one in braces.
    const most = Math.min(...found.map(({ params }) => Object.keys(params).length));
    return found.filter(({ params }) => Object.keys(params).length === most);
  }
}

/** @throws Refusal 400 naming the part of the path */
export function readParams(route: Route, params: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(params)) {
    const { error } = (route.params[name] ?? uuid).safeParse(value);
    if (error) throw invalid(error.issues, ["path", name]);
  }
  return params;
}
