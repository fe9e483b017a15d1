import { io, type Socket } from "socket.io-client";
import { RunSeriesStore } from "../../app/r/[id]/RunSeriesStore.ts";
import type { SeriesView } from "../../contract/views.ts";
import { type WatchBatch, watchNamespace } from "../../contract/watchProtocol.ts";
import { callProcedure } from "../support/server.ts";
import type { World } from "./world.ts";

/** A page of one run, opened through a share link: the store that the page has, on a real connection, reading again after each loss. */
export class Watcher {
  readonly runId: string;
  readonly store = new RunSeriesStore();
  private readonly socket: Socket;
  private readonly url: string;
  private readonly share: string;

  constructor(url: string, runId: string, share: string) {
    this.url = url;
    this.runId = runId;
    this.share = share;
    this.socket = io(url + watchNamespace, {
      auth: { share },
      transports: ["websocket"],
      reconnectionDelay: 200,
      reconnectionDelayMax: 1_000,
    });
    this.socket.on("batch", ({ items }: WatchBatch) => this.store.apply(runId, items));
    this.socket.on("connect", () => void this.join());
  }

  static async open(world: World, experimentId: string, runId: string): Promise<Watcher> {
    const { token } = await world.call<{ token: string }>("shares.create", { experimentId });
    return new Watcher(world.url, runId, token);
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  get steps(): number[] {
    return this.store.get("train/loss").steps;
  }

  close(): void {
    this.socket.disconnect();
  }

  /** Joins the room, and reads only then. */
  private async join(): Promise<void> {
    try {
      await this.socket.timeout(10_000).emitWithAck("watch", { room: "run", id: this.runId });
      this.store.joined();
      const input = { id: this.runId, keys: ["train/loss"], maxPoints: 5_000 };
      const views = await callProcedure<SeriesView[]>(this.url, "runs.series", input, { share: this.share });
      this.store.setRead(views, null, input.keys);
    } catch {
      if (this.socket.connected) setTimeout(() => void this.join(), 1_000);
    }
  }
}
