import { LivePageStore } from "../../app/live/LivePageStore.ts";
import { WatchConnection } from "../../app/live/watchConnection.ts";
import { callProcedure } from "../support/processes/server.ts";
import type { World } from "./world.ts";

const readAgainMs = 500;

/** A page of one run, opened through a share link: the connection and the store that the page has, reading again after each loss. */
export class Watcher {
  readonly runId: string;
  readonly store = new LivePageStore();
  isConnected = false;
  readonly openedAt = performance.now();
  private readonly connection: WatchConnection;
  private readonly url: string;
  private readonly share: string;
  private isClosed = false;
  private joinings = 0;

  constructor(url: string, runId: string, share: string) {
    this.url = url;
    this.runId = runId;
    this.share = share;
    this.connection = new WatchConnection(share, url);
    const lost = () => {
      this.isConnected = false;
    };
    this.connection.watch(
      { room: "run", id: runId },
      {
        onJoined: () => {
          this.isConnected = true;
          this.store.joined();
          void this.read(++this.joinings);
        },
        onBatch: ({ items }) => void this.store.apply(items),
        onLost: lost,
        onRefused: lost,
        onPolling: () => {},
      },
    );
  }

  static async open(world: World, experimentId: string, runId: string): Promise<Watcher> {
    const { token } = await world.call("shares.create", { experimentId });
    return new Watcher(world.url, runId, token);
  }

  get steps(): number[] {
    return this.store.series(this.runId, "train/loss").steps;
  }

  close(): void {
    this.isClosed = true;
    this.connection.close();
  }

  /** As the page does: it asks again until there is an answer, and drops one that was asked for before the last joining. */
  private async read(joining: number): Promise<void> {
    if (joining !== this.joinings) return;
    try {
      const input = { id: this.runId, keys: ["train/loss"], maxPoints: 5_000 };
      const signal = AbortSignal.timeout(10_000);
      const detail = await callProcedure(this.url, "runs.get", { id: this.runId }, { share: this.share, signal });
      if (joining !== this.joinings) return;
      this.store.setRows([detail.row]);
      const asked = this.store.attempts;
      const views = await callProcedure(this.url, "runs.series", input, { share: this.share, signal });
      if (joining === this.joinings) this.store.replaceSeries(this.runId, input.keys, views, asked);
    } catch {
      if (!this.isClosed) setTimeout(() => void this.read(joining), readAgainMs);
    }
  }
}
