import { request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { DatabaseLine } from "../../support/processes/databaseLine.ts";
import { freePort, startPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const ask = async (url: string, path: string) => {
  const answer = await fetch(url + path).catch(() => null);
  return answer === null ? "nothing" : `${answer.status} ${await answer.text()}`;
};

test("/readyz says when a server starts, serves and has lost its database; /livez that its process runs", async () => {
  const postgres = await startPostgres();
  const line = await DatabaseLine.open(postgres.url);
  line.isDumb = true;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { COLLAPSAR_ACCESS_KEY: key, COLLAPSAR_DATABASE_TIMEOUT_S: "1" };
  const starting = TestServer.start({ port, databaseUrl: line.url, env });
  await expect.poll(() => ask(url, "/readyz")).toBe("503 starting");
  expect(await ask(url, "/livez")).toBe("200 ok");
  line.isDumb = false;
  const server = await starting;
  expect(await ask(url, "/readyz")).toBe("200 ok");
  line.isDumb = true;
  await expect.poll(() => ask(url, "/readyz")).toBe("503 database");
  expect(await ask(url, "/livez")).toBe("200 ok");
  line.isDumb = false;
  await expect.poll(() => ask(url, "/readyz")).toBe("200 ok");
  await server.stop();
  await line.close();
  await postgres.stop();
});

test("probes without a Host, or with a name of their own, are answered; other methods are not", async () => {
  const server = await TestServer.start();
  const speak = (text: string) =>
    new Promise<string>((resolve) => {
      let heard = "";
      const line = connect(server.port, "127.0.0.1", () => line.write(text));
      line.on("data", (part) => {
        heard += part;
      });
      line.on("close", () => resolve(heard));
    });
  for (const path of ["/livez", "/readyz"]) {
    expect(await speak(`GET ${path} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nok$/s);
    const head = await speak(`HEAD ${path}?x HTTP/1.1\r\nHost: balancer.example\r\nConnection: close\r\n\r\n`);
    expect(head).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\n$/s);
    expect((await fetch(server.url + path, { method: "POST" })).status).toBe(405);
  }
  await server.stop();
});

test("a server that is told to stop says so first, ends what is under way, and exits in order", async () => {
  const server = await TestServer.start({ env: { COLLAPSAR_DRAIN_S: "2" } });
  const answered = new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
    const upload = request(
      `${server.url}/trpc/experiments.estimate`,
      { method: "POST", headers: { "content-type": "application/json" } },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode!, connection: response.headers.connection });
      },
    );
    upload.once("error", reject);
    upload.write('{"config":');
    // The rest comes once the server is stopping and has closed its door.
    setTimeout(() => upload.end("null}"), 3_000);
  });
  await expect.poll(() => ask(server.url, "/readyz")).toBe("200 ok");
  const ended = server.signal("SIGTERM");
  await expect.poll(() => ask(server.url, "/readyz"), { interval: 50 }).toBe("503 draining");
  // Until the balancer has noticed, requests are answered.
  expect((await fetch(`${server.url}/trpc/experiments.list?input=%7B%7D`)).status).toBe(200);
  await expect.poll(() => ask(server.url, "/livez"), { interval: 50 }).toBe("nothing");
  expect((await answered).status).toBe(400);
  expect(await ended).toBe(0);
});
