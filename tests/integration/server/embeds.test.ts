import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FramePolicy } from "../../../contract/wire/framePolicy.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { TestServer } from "../../support/processes/server.ts";

let server: TestServer;
let id: string;
beforeAll(async () => {
  server = await TestServer.start();
  ({ id } = await launch(server, grid({ depths: [2], seeds: [0] }), { name: "Framed" }));
});
afterAll(() => server?.stop());

async function headersOf(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}${path}`, { redirect: "manual", ...init });
  const policy = response.headers.get("content-security-policy") ?? "";
  return {
    status: response.status,
    ancestors: /(?:^|; )frame-ancestors ([^;]*)/g.exec(policy)?.[1],
    count: policy.split("frame-ancestors").length - 1,
    policy,
    frameOptions: response.headers.get("x-frame-options"),
    robots: response.headers.get("x-robots-tag"),
    text: await response.text(),
  };
}
const share = (frames?: FramePolicy) => server.call("shares.create", { experimentId: id, frames });

describe("Who may frame what", () => {
  test("nothing but the embed of a link that allows it", async () => {
    const { token } = await share("anywhere");
    const paths = [
      ...["/", "/workers", `/e/${id}`, "/new", "/theory", "/api", "/enter", "/healthz", "/metrics", "/no-such-page"],
      ...[
        `/s/${token}`,
        `/s/${token}/`,
        `/s/${token}/r/${id}`,
        `/embed`,
        `/embed/`,
        `/embed/${token}/r/${id}`,
        `/Embed/${token}`,
      ],
      ...[
        "/api/v1/openapi.json",
        `/export/experiments/${id}.csv?share=${token}`,
        `/trpc/shared.open`,
        "/_next/x.js",
        "/collapsar.py",
      ],
    ];
    for (const path of paths) {
      const { ancestors, count, frameOptions } = await headersOf(path);
      expect([path, ancestors, count, frameOptions]).toEqual([path, "'none'", 1, "DENY"]);
    }
  });

  test("an embed has the policy of its link, and is kept by no search engine", async () => {
    const policies: [FramePolicy | undefined, string, string | null][] = [
      [undefined, "'none'", "DENY"],
      ["nobody", "'none'", "DENY"],
      ["anywhere", "*", null],
      [["https://lab.example.org/a/page", "http://localhost:8080"], "https://lab.example.org http://localhost:8080", null],
    ];
    for (const [frames, ancestors, frameOptions] of policies) {
      const { token } = await share(frames);
      for (const path of [`/embed/${token}`, `/embed/${token}?panel=study&theme=dark`]) {
        const seen = await headersOf(path);
        expect(seen).toMatchObject({ ancestors, frameOptions, count: 1, robots: "noindex, nofollow, noarchive" });
        expect(seen.policy).toMatch(/^default-src 'self'; script-src 'self' 'nonce-[\w+/=]+'; /);
      }
    }
  });

  test("a changed policy holds for the next request, and the list says it", async () => {
    const made = await share("anywhere");
    const at = `/embed/${made.token}`;
    expect((await headersOf(at)).ancestors).toBe("*");
    await server.call("shares.setFrames", { id: made.id, frames: ["https://a.example"] });
    expect(await headersOf(at)).toMatchObject({ ancestors: "https://a.example", frameOptions: null });
    const [listed] = await server.call("shares.list", { experimentId: id });
    expect(listed).toMatchObject({ id: made.id, frames: ["https://a.example"] });
    expect(await server.call("shared.open", { token: made.token })).toEqual({ experimentId: id, frames: ["https://a.example"] });
    const patched = await fetch(`${server.url}/api/v1/shares/${made.id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ frames: "nobody" }),
    });
    expect(patched.status).toBe(200);
    expect(await headersOf(at)).toMatchObject({ ancestors: "'none'", frameOptions: "DENY" });
  });

  test("links that open nothing look alike: a page of text that may stand where the chart stood", async () => {
    const [revoked, deleted] = [await share(["https://a.example"]), await share("nobody")];
    await server.call("shares.revoke", { id: revoked.id });
    const other = await launch(server, grid({ depths: [2], seeds: [0] }), { name: "Deleted" });
    const gone = await server.call("shares.create", { experimentId: other.id, frames: "anywhere" });
    await server.call("experiments.remove", { id: other.id });
    const expired = await server.call("shares.create", { experimentId: id, expiresInDays: 1e-8, frames: "anywhere" });
    const answers = await Promise.all(
      [revoked.token, gone.token, expired.token, "forged", "%00", "x".repeat(300), deleted.id].map((token) =>
        headersOf(`/embed/${token}`),
      ),
    );
    for (const { policy, text, ...answer } of answers) {
      expect(answer).toMatchObject({ status: 404, ancestors: "*", count: 1, frameOptions: null });
      expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors *");
      expect(text).toContain("This link is invalid or has been revoked. Ask the person who published it for a new one.");
      expect(text).not.toMatch(/<script|<form|<a |Framed|Deleted/);
      expect(text).toBe(answers[0]?.text);
    }
    await expect(server.call("shares.setFrames", { id: revoked.id, frames: "anywhere" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("refuses what is no site, naming it", async () => {
    const { id: shareId, token } = await share();
    for (const frames of [["https://*.example.org"], ["lab.example.org"], ["https://a.example; script-src *"], [], "*"])
      await expect(server.callAny("shares.setFrames", { id: shareId, frames })).rejects.toMatchObject({ code: "INVALID" });
    await expect(server.callAny("shares.setFrames", { id: shareId, frames: ["https://*.example.org"] })).rejects.toThrow(
      "“https://*.example.org” is not a site: write each site as https://lab.example.org",
    );
    expect((await headersOf(`/embed/${token}`)).ancestors).toBe("'none'");
  });
});
