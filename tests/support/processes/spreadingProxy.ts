import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";

/** A balancer that gives each request and each WebSocket to the next server in turn, whoever sends it. */
export class SpreadingProxy {
  readonly url: string;
  /** It lets no WebSocket through. */
  blocksUpgrades = false;
  /** WebSockets that it refused. */
  refused = 0;
  private readonly server: Server;
  private readonly ports: number[];
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(server: Server, ports: number[]) {
    this.server = server;
    this.ports = ports;
    this.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  static async open(ports: number[]): Promise<SpreadingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new SpreadingProxy(server, ports);
    server.on("request", (incoming, outgoing) => proxy.pass(incoming, outgoing));
    server.on("upgrade", (incoming, near) => proxy.raise(incoming, near as Socket));
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private next(): number {
    return this.ports[this.turn++ % this.ports.length];
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { connection: _connection, ...headers } = incoming.headers;
    const to = { host: "127.0.0.1", port: this.next(), path: incoming.url, method: incoming.method, headers };
    const passed = request(to, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  }

  private raise(incoming: IncomingMessage, near: Socket): void {
    near.on("error", () => near.destroy());
    if (this.blocksUpgrades) {
      this.refused++;
      return void near.end("HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    }
    const far = connect(this.next(), "127.0.0.1", () => {
      const lines = incoming.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []));
      far.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      near.pipe(far).pipe(near);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
