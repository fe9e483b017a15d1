import { connect } from "node:net";
import { hostileTexts, mutateBytes } from "./hostile.ts";
import type { Random } from "./random.ts";
import { type Stage, someone, type Target } from "./stage.ts";

const methods = [
  "GET",
  "GET",
  "POST",
  "HEAD",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "get",
  "G\0T",
];
const odd = [
  "*",
  "http://evil.example/",
  "//evil",
  "/%",
  "/%zz",
  "/%c0%af",
  "/..%2f..%2fetc%2fpasswd",
  "/?%",
  "/a?b=%E0%A4%A",
  "",
  "\\",
];
const answerMs = 600;

/** Whole requests byte by byte: odd methods, addresses, versions and headers, broken bodies, pipelines, uploads that break off. */
export function httpTarget(stage: Stage): Target {
  const { server, experimentId, runId } = stage;
  const paths = [
    ...[
      "/",
      "/healthz",
      "/enter",
      "/enter?key=x",
      "/workers",
      "/new",
      "/s/forged",
      `/s/${stage.share}`,
      "/_next/x",
      "/favicon.ico",
    ],
    ...[`/e/${experimentId}`, `/r/${runId}`, `/export/experiments/${experimentId}.csv`, `/export/runs/${runId}.json`],
    ...[
      `/export/runs/${runId}.csv?share=${stage.hiddenShare}`,
      `/export/runs/${runId}/features.safetensors`,
      "/trpc/workers.list",
    ],
    ...[`/artefacts/${runId}/1/features.safetensors`, `/artefacts/${runId}/1/..%2fx`, "/trpc/", "/trpc/no.such"],
    ...["/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=3&transport=polling"],
    ...[
      `/socket.io/?EIO=4&transport=polling&share=${stage.share}`,
      "/socket.io/?EIO=4&transport=polling&sid=forged",
      "/socket.io/x",
    ],
  ];

  function makeRequest(random: Random): Buffer {
    const path = random.chance(0.25) ? random.pick(odd) : random.pick(paths);
    const address = random.chance(0.2) ? path + encode(random.pick(hostileTexts)) : path;
    const version = random.chance(0.9) ? "HTTP/1.1" : random.pick(["HTTP/1.0", "HTTP/0.9", "HTTP/2", "X"]);
    const method = random.chance(0.6) ? random.pick(["GET", "POST"]) : random.pick(methods);
    const lines = [`${method} ${address} ${version}`];
    if (random.chance(0.95))
      lines.push(`Host: ${random.chance(0.8) ? "127.0.0.1" : random.pick(["localhost:1", "evil.example", "[::1]", "a b", ""])}`);
    for (const [name, value] of Object.entries(someone(random, stage))) lines.push(`${name}: ${value}`);
    if (random.chance(0.1)) lines.push(`Origin: ${random.pick(["null", "https://evil.example", "http://127.0.0.1", "%"])}`);
    if (random.chance(0.2)) lines.push(`X-Odd: ${random.pick(hostileTexts).replace(/[\r\n\0]/g, "")}`);
    if (random.chance(0.1))
      lines.push("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13");
    const body = random.chance(0.4) ? random.bytes(random.below(400)) : Buffer.alloc(0);
    const length = random.chance(0.7) ? body.length : random.pick([0, 5, 1_000, -1, 1e12]);
    if (body.length > 0 || random.chance(0.1))
      lines.push(
        random.chance(0.15) ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`,
        "Content-Type: application/json",
      );
    if (random.chance(0.6)) lines.push("Connection: close");
    const request = Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8"), body]);
    return random.chance(0.2) ? mutateBytes(random, request) : request;
  }

  function attempt(random: Random): Promise<string> {
    const requests = Array.from({ length: random.chance(0.1) ? 2 + random.below(4) : 1 }, () => makeRequest(random));
    const breaksOff = random.chance(0.1);
    return new Promise((resolve) => {
      const line = connect(server.port, "127.0.0.1");
      let status = "";
      line.setTimeout(breaksOff ? 20 : answerMs, () => line.destroy());
      line.on("connect", () => line.write(Buffer.concat(requests)));
      line.on("data", (data) => {
        status ||= /^HTTP\/1\.[01] (\d{3})/.exec(data.toString("latin1"))?.[1] ?? "bytes that are no answer";
        // The first answer is enough: a kept connection would be waited for.
        line.end();
        line.setTimeout(100, () => line.destroy());
      });
      line.on("error", () => undefined);
      line.on("close", () => resolve(status || (breaksOff ? "broken off" : "closed or no answer")));
    });
  }
  return { name: "HTTP", atOnce: 8, attempt, close: async () => {} };
}

/** As an address may carry it, now and then badly. */
const encode = (text: string) => text.replace(/[\s\p{Cc}]/gu, "").slice(0, 300);
