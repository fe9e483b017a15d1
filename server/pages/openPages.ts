import type { Server } from "node:http";
import type { Handler } from "../http/handleRequest.ts";
import { keepQuiet, pagesFolder, projectRoot } from "../program/env.ts";
import { ensureBuild } from "./ensureBuild.ts";

export interface Pages {
  handle: Handler;
  close(): Promise<void>;
}

/** Next on the server's own port: built pages, or with `dev` pages that follow their sources. */
export async function openPages(http: Server, dev: boolean, place: { host: string; port: number }): Promise<Pages> {
  keepQuiet();
  if (!dev) await ensureBuild(projectRoot, pagesFolder());
  // Heavy: loaded only where pages are served.
  const { default: next } = await import("next");
  const app = next({ dev, dir: projectRoot, httpServer: http, hostname: place.host, port: place.port, quiet: !dev });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}
