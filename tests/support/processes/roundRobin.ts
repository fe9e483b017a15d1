import { connect, createServer, type Server, type Socket } from "node:net";

/** A balancer that knows no stickiness: each connection goes to the next server in turn, past those that do not answer. */
export class RoundRobin {
  readonly url: string;
  /** Connections that each server got, by its port. */
  readonly given = new Map<number, number>();
  private readonly server: Server;
  private readonly ports: number[];
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(server: Server, ports: number[]) {
    this.server = server;
    this.ports = ports;
    this.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  static async open(ports: number[]): Promise<RoundRobin> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const balancer = new RoundRobin(server, ports);
    server.on("connection", (near) => balancer.join(near, ports.length));
    return balancer;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, triesLeft: number): void {
    this.keep(near);
    if (triesLeft === 0) return void near.destroy();
    const port = this.ports[this.turn++ % this.ports.length];
    const far = connect(port, "127.0.0.1");
    const next = () => this.join(near, triesLeft - 1);
    far.once("error", next);
    far.once("connect", () => {
      far.off("error", next);
      this.given.set(port, (this.given.get(port) ?? 0) + 1);
      this.keep(far);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        from.on("close", () => to.destroy());
        from.pipe(to);
      }
    });
  }

  private keep(socket: Socket): void {
    if (this.sockets.has(socket)) return;
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }
}
