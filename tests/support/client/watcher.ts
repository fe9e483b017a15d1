import { io, type Socket } from "socket.io-client";
import type { WatchItem, WatchRequest } from "../../../contract/wire/watchProtocol.ts";
import type { TestServer } from "../processes/server.ts";

/** A page's socket, by hand. */
export class Watcher {
  readonly socket: Socket;
  readonly items: WatchItem[] = [];
  /** What it was told of troubles. */
  readonly troubles: (string | null)[] = [];
  /** How often it was told to read again. */
  missed = 0;

  private constructor(url: string, share: string | undefined, headers: Record<string, string>) {
    this.socket = io(`${url}/watch`, {
      ...{
        query: share === undefined ? {} : { share },
        extraHeaders: headers,
        transports: ["websocket"],
        reconnection: false,
        forceNew: true,
      },
    });
    this.socket.on("batch", ({ items }: { items: WatchItem[] }) => this.items.push(...items));
    this.socket.on("trouble", (message: string | null) => this.troubles.push(message));
    this.socket.on("missed", () => this.missed++);
  }

  static async open(
    { url }: Pick<TestServer, "url">,
    rooms: WatchRequest[] = [],
    { share, headers = {} }: { share?: string; headers?: Record<string, string> } = {},
  ): Promise<Watcher> {
    const watcher = new Watcher(url, share, headers);
    const { socket } = watcher;
    await new Promise((resolve, reject) => socket.once("connect", () => resolve(null)).once("connect_error", reject));
    for (const room of rooms) await watcher.join(room);
    return watcher;
  }

  async join(room: WatchRequest): Promise<void> {
    const answer = await this.socket.timeout(20_000).emitWithAck("watch", room);
    if (!answer.ok) throw new Error(answer.message);
  }

  /** Steps of a run's points that came, each once. */
  steps(runId: string): number[] {
    const steps = this.items.flatMap((item) => (item.kind === "points" && item.runId === runId ? [item.step] : []));
    return [...new Set(steps)].sort((a, b) => a - b);
  }

  close(): void {
    this.socket.disconnect();
  }
}
