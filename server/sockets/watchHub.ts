import type { Namespace } from "socket.io";
import type { PageToServer, ServerToPage, WatchItem } from "../../contract/wire/watchProtocol.ts";
import type { HoldKind } from "../access/access.ts";
import type { Changes } from "../context/serviceContext.ts";
import { hideNamesInItem } from "../services/reading/hideNames.ts";
import type { WatcherData } from "./watcher.ts";

/** Messages cost more than bytes: what happens within this time goes out together. */
const batchMs = 75;
/** Where sending takes long, since very many watch, it waits so many times as long before the next: the rest of the server needs its turn. */
const restRatio = 3;
const maxBatchMs = 150;
/** How long a trouble is shown after it was last heard of. */
const troubleMs = 5_000;

/** Collects what changed by rooms, and sends each room its batch. Rooms without members cost nothing. */
export class WatchHub implements Changes {
  private readonly rooms = new Map<string, WatchItem[]>();
  private timer: NodeJS.Timeout | null = null;
  private pauseMs = batchMs;
  private said: string | null = null;
  private troubledAt = Number.NEGATIVE_INFINITY;
  private namespace: Namespace<PageToServer, ServerToPage, object, WatcherData> | null = null;

  open(namespace: Namespace<PageToServer, ServerToPage, object, WatcherData>): void {
    this.namespace = namespace;
    namespace.on("connection", (socket) => {
      if (this.said !== null) socket.emit("trouble", this.said);
    });
  }

  trouble(message: string | null): void {
    const now = performance.now();
    if (message !== null) this.troubledAt = now;
    // A full disk lets some statements through: it is over only when nothing has failed for a while.
    if (message === this.said || (message === null && now - this.troubledAt < troubleMs)) return;
    this.said = message;
    this.namespace?.emit("trouble", message);
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
    this.namespace?.in(roomNames.holders(kind, id)).disconnectSockets(true);
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.namespace = null;
  }

  private add(room: string, item: WatchItem): void {
    if (!this.hasMembers(room) && !this.hasMembers(roomNames.hidden(room))) return;
    const items = this.rooms.get(room);
    if (items) items.push(item);
    else this.rooms.set(room, [item]);
    this.timer ??= setTimeout(() => this.flush(), this.pauseMs);
  }

  private flush(): void {
    this.timer = null;
    const began = performance.now();
    const sentAt = Date.now();
    for (const [room, items] of this.rooms) {
      this.namespace?.to(room).emit("batch", { sentAt, items });
      const hidden = roomNames.hidden(room);
      if (!this.hasMembers(hidden)) continue;
      const shown = items.map(hideNamesInItem).filter((item) => item !== null);
      if (shown.length > 0) this.namespace?.to(hidden).emit("batch", { sentAt, items: shown });
    }
    this.rooms.clear();
    this.pauseMs = Math.min(maxBatchMs, Math.max(batchMs, restRatio * (performance.now() - began)));
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
