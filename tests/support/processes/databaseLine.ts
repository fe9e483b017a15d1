import { connect, createServer, type Server, type Socket } from "node:net";

/** Before what was sent reaches the database, or after the database did it and before its answer is heard. */
export type Cut = "before" | "after";

/** A line to a Postgres that breaks where a test says: `rule` looks at all that a client sends. */
export class DatabaseLine {
  /** The database's address through this line. */
  readonly url: string;
  rule: (sent: string) => Cut | null = () => null;
  cuts = 0;
  /** The line stays open and nothing comes through, either way. */
  isDumb = false;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, url: string) {
    this.server = server;
    this.url = url;
  }

  static async open(databaseUrl: string): Promise<DatabaseLine> {
    const target = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const through = new URL(databaseUrl);
    through.hostname = "127.0.0.1";
    through.port = String((server.address() as { port: number }).port);
    const line = new DatabaseLine(server, through.toString());
    server.on("connection", (near) => line.join(near, connect(Number(target.port || 5432), target.hostname)));
    return line;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    let deaf = false;
    const hangUp = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on("error", hangUp);
      socket.on("close", () => {
        this.sockets.delete(socket);
        hangUp();
      });
    }
    near.on("data", (bytes) => {
      if (this.isDumb) return;
      const cut = this.rule(bytes.toString("latin1"));
      if (cut !== null) this.cuts++;
      if (cut === "before") return hangUp();
      if (cut === "after") deaf = true;
      far.write(bytes);
    });
    far.on("data", (bytes) => {
      if (this.isDumb) return;
      if (deaf) hangUp();
      else near.write(bytes);
    });
  }
}
