import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface Exchange {
  request: { method: string; path: string };
  response: { status: number; type: string; headers?: Record<string, string>; body: unknown };
}

const { recorded, documented } = JSON.parse(readFileSync(join(import.meta.dirname, "conversations.json"), "utf8"));
/** What was said between the client and Kubernetes' API; the file says where it comes from. */
export const conversations: Record<string, Exchange[]> = { ...recorded.conversations, ...documented.conversations };

/** What a client sent. */
export interface Sent {
  method: string;
  path: string;
  query: Record<string, string>;
  token: string | undefined;
  body: unknown;
}

/**
 * Kubernetes' API as a server that answers as it was recorded: each request gets the answer of the first exchange that is left for its
 * method and path, and one for which none is left gets 500 and is kept in `unforeseen`.
 */
export class RecordedApi {
  readonly sent: Sent[] = [];
  readonly unforeseen: string[] = [];
  private readonly left: Exchange[] = [];
  private jobs: Map<string, { metadata: { name: string } }> | null = null;
  private readonly server: ReturnType<typeof createServer>;
  private readonly secure: boolean;

  private constructor(tls: { key: Buffer; cert: Buffer } | null) {
    this.secure = tls !== null;
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response);
    this.server = tls === null ? createServer(answer) : createSecureServer(tls, answer);
  }

  static async open(tls: { key: Buffer; cert: Buffer } | null = null): Promise<RecordedApi> {
    const api = new RecordedApi(tls);
    await new Promise<void>((resolve) => api.server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  /** These conversations come next, one after the other. */
  expect(...names: string[]): void {
    for (const name of names) this.left.push(...conversations[name]!);
  }

  /** From now on Jobs that are created are listed, without any pod, until they are deleted; expected exchanges come first. */
  keepJobs(): void {
    this.jobs = new Map();
  }

  /** The Jobs of which `keepJobs` spoke. */
  get kept(): unknown[] {
    return [...(this.jobs?.values() ?? [])];
  }

  get address(): string {
    return `${this.secure ? "https" : "http"}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Exchanges that nobody asked for. */
  get unasked(): number {
    return this.left.length;
  }

  /** @param cluster more of what the file says of the cluster, as YAML's flow style has it */
  writeKubeconfig(file: string, token = "a-token", cluster = "insecure-skip-tls-verify: true"): string {
    writeFileSync(
      file,
      `apiVersion: v1
kind: Config
clusters: [{ name: test, cluster: { server: "${this.address}", ${cluster} } }]
users: [{ name: launcher, user: { token: "${token}" } }]
contexts: [{ name: test, context: { cluster: test, user: launcher } }]
current-context: test
`,
    );
    return file;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const url = new URL(request.url ?? "/", this.address);
    const method = request.method ?? "";
    const text = Buffer.concat(parts).toString();
    this.sent.push({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      token: request.headers.authorization?.replace(/^Bearer /, ""),
      body: text === "" ? null : JSON.parse(text),
    });
    const index = this.left.findIndex((one) => one.request.method === method && one.request.path === url.pathname);
    const [exchange] = index < 0 ? [] : this.left.splice(index, 1);
    const kept = exchange === undefined && this.jobs ? this.keep(method, url.pathname, text) : null;
    if (kept !== null) {
      response.writeHead(kept.status, { "content-type": "application/json" }).end(JSON.stringify(kept.body));
      return;
    }
    if (exchange === undefined) {
      this.unforeseen.push(`${method} ${request.url}`);
      response.writeHead(500).end();
      return;
    }
    const { status, type, headers, body } = exchange.response;
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  private keep(method: string, path: string, text: string): { status: number; body: unknown } | null {
    const jobs = this.jobs!;
    const name = path.split("/jobs/")[1];
    if (method === "GET" && path.endsWith("/pods")) return { status: 200, body: { kind: "PodList", metadata: {}, items: [] } };
    if (method === "GET") return { status: 200, body: { kind: "JobList", metadata: {}, items: [...jobs.values()] } };
    if (method === "DELETE" && name !== undefined) {
      jobs.delete(name);
      return { status: 200, body: { kind: "Status", status: "Success" } };
    }
    if (method !== "POST") return null;
    const { metadata, ...job } = JSON.parse(text);
    const uid = `00000000-0000-4000-8000-${String(jobs.size).padStart(12, "0")}`;
    jobs.set(metadata.name, { ...job, metadata: { ...metadata, uid, creationTimestamp: new Date().toISOString() }, status: {} });
    return { status: 201, body: jobs.get(metadata.name) };
  }
}
