import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { NotificationBody } from "../../../contract/wire/notifications.ts";

export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  body: NotificationBody;
}

/** A program that takes webhooks. */
export class Receiver {
  readonly received: Received[] = [];
  /** Statuses of its next answers, one after the other; then 204. null: it does not answer. */
  readonly answers: (number | null)[] = [];
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async open(host = "127.0.0.1"): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on("request", async (request, response) => {
      let text = "";
      for await (const part of request) text += part;
      receiver.received.push({ headers: request.headers, text, body: JSON.parse(text) });
      const status = receiver.answers.length > 0 ? receiver.answers.shift()! : 204;
      if (status !== null) response.writeHead(status, { location: `${receiver.url}elsewhere` }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
