import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

let server: TestServer;
let one: string;
let two: string;
beforeAll(async () => {
  server = await TestServer.start({ singleUser: false });
  await server.signIn();
  [one, two] = [(await makeApiToken(server, "launch")).token, (await makeApiToken(server, "launch")).token];
});
afterAll(() => server?.stop());

interface Asked {
  line: Socket;
  heard: string;
}

/** A request whose body never ends. */
function endless(path: string, type: string): Asked {
  const asked: Asked = { line: connect(server.port, "127.0.0.1"), heard: "" };
  asked.line.setEncoding("latin1").on("data", (part) => (asked.heard += part));
  asked.line.on("error", () => undefined);
  asked.line.write(
    `POST /api/v1${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${one}\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
  );
  return asked;
}

const refusal = {
  code: "TOO_MANY_REQUESTS",
  message: "Too many simultaneous requests with this link, token or sign-in: try again in a few seconds.",
};

test.each([
  { what: "transfers", path: "/archives", type: "application/zip", turns: 56, other: "/experiments" },
  { what: "calls", path: "/experiments", type: "application/json", turns: 506, other: null },
])("$what of one token take $turns turns at most, and hold up nobody else", async ({ path, type, turns, other }) => {
  const asked = Array.from({ length: turns }, () => endless(path, type));
  try {
    const refused = endless(path, type);
    asked.push(refused);
    // Which of them came last is the sockets' own affair: one is refused at once, all others wait.
    await until("one is refused", () => asked.some(({ heard }) => heard.includes("\r\n\r\n")));
    const [first, ...more] = asked.filter(({ heard }) => heard !== "");
    expect(more).toEqual([]);
    expect(first!.heard).toMatch(/^HTTP\/1\.1 429 /);
    expect(first!.heard).toMatch(/\r\nretry-after: 5\r\n/i);
    expect(first!.heard).toContain(JSON.stringify({ error: refusal }));
    // Another token has turns of its own, and a call does not wait behind transfers.
    expect((await askApi(server, "POST", path, { token: two, body: {} })).status).not.toBe(429);
    if (other !== null) expect((await askApi(server, "GET", other, { token: one })).status).toBe(200);
    // Whoever hangs up leaves its turn to the next.
    for (const { line } of asked) line.destroy();
    await until(
      "there is a turn again",
      async () => (await askApi<ApiError>(server, "POST", path, { token: one, body: {} })).status !== 429,
    );
  } finally {
    for (const { line } of asked) line.destroy();
  }
});
