import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import type { HoldKind } from "../access/access.ts";
import type { Changes } from "../context/serviceContext.ts";
import { hideNamesInItem } from "../services/reading/hideNames.ts";
import type { OtherServers } from "./otherServers.ts";
import type { WatchNamespace } from "./watcher.ts";

/** Messages cost more than bytes: what happens within this time goes out together. */
const batchMs = 75;
/** Where sending takes long, since very many watch, it waits so many times as long before the next: the rest of the server needs its turn. */
const restRatio = 3;
const maxBatchMs = 150;
/** How long a trouble is shown after it was last heard of. */
const troubleMs = 5_000;

/** Collects what changed by rooms, and sends each room its batch, here and at other servers. Rooms without members cost nothing. */
export class WatchHub implements Changes {
  private readonly rooms = new Map<string, WatchItem[]>();
  private timer: NodeJS.Timeout | null = null;
  private pauseMs = batchMs;
  /** What is wrong with the database, and with the line to other servers. */
  private readonly troubles: { database: string | null; line: string | null } = { database: null, line: null };
  private said: string | null = null;
  private troubledAt = Number.NEGATIVE_INFINITY;
  private namespace: WatchNamespace | null = null;
  private others: OtherServers | null = null;

  /** @param others null: there are no other servers of this database */
  open(namespace: WatchNamespace, others: OtherServers | null): void {
    this.namespace = namespace;
    this.others = others;
    others?.open({
      heard: (room, items) => this.emit(room, items, Date.now()),
      dropped: (kind, id) => this.cut(kind, id),
      missed: () => namespace.local.emit("missed"),
      trouble: (message) => {
        this.troubles.line = message;
        this.say();
      },
    });
    namespace.on("connection", (socket) => {
      if (this.said !== null) socket.emit("trouble", this.said);
    });
  }

  /** Once whatever happens in this room, at whichever server, comes to the pages here that are in it. */
  async joined(room: string): Promise<void> {
    await this.others?.joined(room);
  }

  trouble(message: string | null): void {
    const now = performance.now();
    if (message !== null) this.troubledAt = now;
    // A full disk lets some statements through: it is over only when nothing has failed for a while.
    if (message === null && now - this.troubledAt < troubleMs) return;
    this.troubles.database = message;
    this.say();
  }

  publish(experimentId: string, items: WatchItem[]): void {
    for (const item of items) {
      const runId = item.kind === "run" ? item.row.id : "runId" in item ? (item.runId ?? null) : null;
      if (item.kind !== "log") this.add(roomNames.experiment(experimentId), item);
      if (runId !== null) this.add(roomNames.run(runId), item);
    }
  }

  listChanged(list: "experiments" | "workers"): void {
    const waiting = this.rooms.get(list);
    if (!waiting) this.add(list, { kind: "changed", list });
  }

  dropReaders(kind: HoldKind, id: string): void {
    this.cut(kind, id);
    this.others?.drop(kind, id);
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.others?.close();
    this.namespace = null;
  }

  private say(): void {
    const message = this.troubles.database ?? this.troubles.line;
    if (message === this.said) return;
    this.said = message;
    // Each server speaks for itself: another's line to the database may be whole.
    this.namespace?.local.emit("trouble", message);
  }

  private cut(kind: HoldKind, id: string): void {
    this.namespace?.local.in(roomNames.holders(kind, id)).disconnectSockets(true);
  }

  private add(room: string, item: WatchItem): void {
    if (!this.hasMembers(room) && !this.hasMembers(roomNames.hidden(room)) && !this.others?.isWatched(room)) return;
    const items = this.rooms.get(room);
    if (items) items.push(item);
    else this.rooms.set(room, [item]);
    this.timer ??= setTimeout(() => this.flush(), this.pauseMs);
  }

  private flush(): void {
    this.timer = null;
    const began = performance.now();
    const sentAt = Date.now();
    this.others?.send([...this.rooms]);
    for (const [room, items] of this.rooms) this.emit(room, items, sentAt);
    this.rooms.clear();
    this.pauseMs = Math.min(maxBatchMs, Math.max(batchMs, restRatio * (performance.now() - began)));
  }

  /** To this server's pages; where names are hidden from readers, without those. */
  private emit(room: string, items: WatchItem[], sentAt: number): void {
    if (this.hasMembers(room)) this.namespace?.local.to(room).emit("batch", { sentAt, items });
    const hidden = roomNames.hidden(room);
    if (!this.hasMembers(hidden)) return;
    const shown = items.map(hideNamesInItem).filter((item) => item !== null);
    if (shown.length > 0) this.namespace?.local.to(hidden).emit("batch", { sentAt, items: shown });
  }

  private hasMembers(room: string): boolean {
    return this.namespace?.adapter.rooms.has(room) ?? false;
  }
}

export const roomNames = {
  experiment: (id: string) => `experiment:${id}`,
  run: (id: string) => `run:${id}`,
  /** Sockets whose access hangs on this. */
  holders: (kind: HoldKind, id: string) => `${kind}:${id}`,
  /** The room's readers from whom names are hidden. */
  hidden: (room: string) => `${room} hidden`,
};
