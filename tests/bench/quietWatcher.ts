import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { watchNamespace } from "../../contract/wire/watchProtocol.ts";

const ping = Buffer.from([0x81, 1, 0x32]);
const measuredAt = Buffer.from('"measuredAt":');

/**
 * A watcher on a socket of its own that takes what comes and parses none of it: many of them in one process stand for many machines,
 * each of which parses its own messages. It looks for the times of measurements in the bytes.
 */
export class QuietWatcher {
  /** From measurement to arrival, ms. */
  readonly delays: number[] = [];
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async join(server: string, room: object): Promise<QuietWatcher> {
    const { hostname, port } = new URL(server);
    const socket = connect(Number(port), hostname);
    const watcher = new QuietWatcher(socket);
    await new Promise<void>((joined, failed) => {
      let heard = "";
      socket.on("error", failed);
      socket.on("connect", () =>
        socket.write(
          `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
        ),
      );
      const hear = (bytes: Buffer) => {
        heard += bytes.toString("latin1");
        // Engine.IO opens, then Socket.IO's namespace, then the room's answer.
        if (/0\{"sid"/.test(heard) && !heard.includes(`40${watchNamespace},`)) watcher.send(`40${watchNamespace},`);
        if (heard.includes(`40${watchNamespace},`)) {
          heard = "";
          watcher.send(`42${watchNamespace},1["watch",${JSON.stringify(room)}]`);
        }
        if (!heard.includes(`43${watchNamespace},1[{"ok":true`)) return;
        socket.off("data", hear);
        socket.on("data", (data) => watcher.take(data));
        joined();
      };
      socket.on("data", hear);
    });
    return watcher;
  }

  disconnect(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    if (bytes.includes(ping)) this.send("3");
    const now = Date.now();
    for (let at = bytes.indexOf(measuredAt); at >= 0; at = bytes.indexOf(measuredAt, at + 1)) {
      const text = bytes.toString("latin1", at + measuredAt.length, at + measuredAt.length + 13);
      if (/^\d{13}$/.test(text)) this.delays.push(now - Number(text));
    }
  }

  /** One short text frame, masked as a client's must be. */
  private send(text: string): void {
    const body = Buffer.from(text);
    const mask = randomBytes(4);
    const head = body.length < 126 ? [0x81, 0x80 | body.length] : [0x81, 0x80 | 126, body.length >> 8, body.length & 255];
    this.socket.write(Buffer.concat([Buffer.from(head), mask, body.map((byte, index) => byte ^ mask[index % 4])]));
  }
}
