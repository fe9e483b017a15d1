import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { projectRoot } from "../support/processes/server.ts";

let registry: Server;
/** npm keeps what it was told. */
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "collapsar-test-"));
});
afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
  registry.closeAllConnections();
  registry.close();
});

/** A registry that knows these advisories, and nothing else. */
async function registryWith(advisories: Record<string, object[]> | null): Promise<string> {
  registry = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (advisories === null || !request.url!.endsWith("/advisories/bulk")) return void response.writeHead(405).end();
    const body = Buffer.concat(parts);
    const asked = JSON.parse((request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString()) as object;
    const known = Object.fromEntries(Object.entries(advisories).filter(([name]) => name in asked));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(known));
  }).listen(0, "127.0.0.1");
  await once(registry, "listening");
  return `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
}

const advisory = (severity: string, title: string) => ({
  ...{
    id: 1,
    url: "https://example.org/a",
    title,
    severity,
    vulnerable_versions: "*",
    cwe: [],
    cvss: { score: 9, vectorString: "" },
  },
});

function run(registryUrl: string): Promise<{ code: number; output: string }> {
  const env = { ...process.env, npm_config_registry: registryUrl, npm_config_fetch_retries: "0", npm_config_cache: cache };
  return new Promise((resolve) =>
    execFile(process.execPath, ["tests/advisories/main.ts"], { cwd: projectRoot, env }, (error, stdout) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout }),
    ),
  );
}

describe("npm run advisories", () => {
  test("says so where no registry answers, and fails nothing", async () => {
    const { code, output } = await run(await registryWith(null));
    expect(output).toMatch(/^No registry provides advisories here, so nothing is known about the locked dependencies: /);
    expect(code).toBe(0);
  });

  test("fails for a grave advisory about what runs, and names it", async () => {
    const { code, output } = await run(await registryWith({ katex: [advisory("high", "Formulas run scripts")] }));
    expect(output).toContain("high      katex: Formulas run scripts https://example.org/a\n");
    expect(output).toContain("1 of high or critical severity concern the program as it runs.");
    expect(code).toBe(1);
  });

  test("lists what concerns development alone, or is not grave, and fails nothing", async () => {
    const url = await registryWith({
      "dependency-cruiser": [advisory("critical", "Lint runs code")],
      katex: [advisory("low", "Slow formulas")],
    });
    const { code, output } = await run(url);
    expect(output).toContain("critical  dependency-cruiser (development only): Lint runs code");
    expect(output).toContain("low       katex: Slow formulas");
    expect(output).toContain("; 0 of high or critical severity");
    expect(code).toBe(0);
  });
});
