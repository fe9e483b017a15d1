import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A TCP line with the faults of a network. A partition holds what is sent, as a network does whose packets are sent again when it is
 * whole; a half-open connection has lost its far end without a word.
 */
export class Line {
  readonly port: number;
  /** Time that each piece of data takes more. */
  delayMs = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly fars = new Set<Socket>();
  private isPartitioned = false;
  private wake: (() => void)[] = [];

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  static async open(target: number): Promise<Line> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const line = new Line(server, (server.address() as { port: number }).port);
    server.on("connection", (near) => line.join(near, connect(target, "127.0.0.1")));
    return line;
  }

  get connections(): number {
    return this.fars.size;
  }

  partition(): void {
    this.isPartitioned = true;
  }

  heal(): void {
    this.isPartitioned = false;
    this.delayMs = 0;
    for (const go of this.wake.splice(0)) go();
  }

  /** Both ends hear that the connection is gone. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** The far end goes; the near end hears nothing of it, now or when it sends. */
  halfOpen(): void {
    for (const far of this.fars) {
      far.removeAllListeners("close");
      far.on("close", () => this.forget(far));
      far.destroy();
    }
  }

  async close(): Promise<void> {
    this.heal();
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    this.fars.add(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.sockets.add(from);
      let sending: Promise<void> = Promise.resolve();
      from.on("data", (bytes) => {
        sending = sending.then(() => this.pass()).then(() => void (to.writable && to.write(bytes)));
      });
      from.on("error", () => {});
      from.on("end", () => {
        sending = sending.then(() => this.pass()).then(() => void to.end());
      });
      from.on("close", () => {
        this.forget(from);
        // What was sent before it closed still arrives.
        void sending.then(() => this.pass()).then(() => to.destroy());
      });
    }
  }

  private forget(socket: Socket): void {
    this.sockets.delete(socket);
    this.fars.delete(socket);
  }

  private async pass(): Promise<void> {
    if (this.delayMs > 0) await sleep(this.delayMs);
    while (this.isPartitioned) await new Promise<void>((resolve) => this.wake.push(resolve));
  }
}
