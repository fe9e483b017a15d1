import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What a proxy that knows no WebSocket does with a request for one. */
export type Upgrade = "refuse" | "ignore" | "hang";

/** An HTTP proxy that passes on requests and no WebSocket, as many in companies and clinics do. */
export class PollingProxy {
  readonly url: string;
  /** Requests for a WebSocket that came. */
  upgrades = 0;
  /** Requests of Socket.IO that were passed on. */
  polls = 0;
  private readonly server: Server;
  private readonly held = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  static async open(serverUrl: string, manner: Upgrade = "refuse"): Promise<PollingProxy> {
    const target = new URL(serverUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new PollingProxy(server);
    const passOn = (incoming: IncomingMessage, outgoing: ServerResponse) => {
      if (incoming.url?.startsWith("/socket.io/")) proxy.polls++;
      const { upgrade: _upgrade, connection: _connection, ...headers } = incoming.headers;
      const passed = request({ host: target.hostname, port: target.port, path: incoming.url, method: incoming.method, headers });
      passed.on("response", (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on("error", () => outgoing.destroy());
      outgoing.on("close", () => passed.destroy());
      incoming.pipe(passed);
    };
    server.on("request", passOn);
    // Without a listener Node passes a request for an upgrade on as an ordinary one.
    if (manner === "ignore") server.on("request", (incoming) => incoming.headers.upgrade && proxy.upgrades++);
    else
      server.on("upgrade", (_request, socket: Socket) => {
        proxy.upgrades++;
        proxy.held.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => proxy.held.delete(socket));
        if (manner === "refuse") socket.end("HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      });
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.held) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
