import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP line to a server that can be cut, or held half-open: both ends think that it stands, and nothing comes through. */
export class NetworkLine {
  readonly url: string;
  private readonly server: Server;
  private readonly pairs = new Set<[near: Socket, far: Socket | null]>();
  private state: "open" | "silent" | "refusing" = "open";

  private constructor(server: Server, port: number) {
    this.server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(serverUrl: string): Promise<NetworkLine> {
    const target = new URL(serverUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const line = new NetworkLine(server, (server.address() as { port: number }).port);
    server.on("connection", (near) => line.take(near, Number(target.port), target.hostname));
    return line;
  }

  /** Nothing comes through and nobody is told; new connections are taken and get no answer either. */
  hold(): void {
    this.state = "silent";
    for (const [near, far] of this.pairs) {
      near.pause();
      far?.pause();
    }
  }

  /** Every connection ends, and new ones are refused. */
  cut(): void {
    this.state = "refusing";
    this.hangUp();
  }

  /** New connections go through; those that were held are gone, as after a router's restart. */
  mend(): void {
    this.hangUp();
    this.state = "open";
  }

  /** New connections go through; those that were held stay dead, and nobody tells their ends. */
  mendForNewOnes(): void {
    this.state = "open";
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private hangUp(): void {
    for (const pair of this.pairs) for (const socket of pair) socket?.destroy();
    this.pairs.clear();
  }

  private take(near: Socket, port: number, host: string): void {
    near.on("error", () => near.destroy());
    if (this.state === "refusing") return void near.destroy();
    if (this.state === "silent") {
      near.pause();
      this.pairs.add([near, null]);
      return;
    }
    const far = connect(port, host);
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.pairs.delete(pair);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
