import type { WatchItem } from "../../contract/wire/watchProtocol.ts";
import type { HoldKind } from "../access/access.ts";
import type { Bus } from "../cluster/bus.ts";
import { log } from "../log/log.ts";
import { Interest } from "./interest.ts";
import { Relay } from "./relay.ts";
import type { WatchNamespace } from "./watcher.ts";

export interface OtherServersUse {
  /** Something happened elsewhere in a room that pages here may be in. */
  heard(room: string, items: WatchItem[]): void;
  /** Access ended elsewhere. */
  dropped(kind: HoldKind, id: string): void;
  /** Something may have been missed: pages read again. */
  missed(): void;
  /** What is wrong with the line to other servers, in words for people; null: nothing. */
  trouble(message: string | null): void;
}

/** While another server cannot be heard, pages read again this often, and are asked whether they may, ms. */
const silentRoundMs = 5_000;
const words = "Live updates from another server are interrupted: what its workers measure appears with a delay of a few seconds.";

/** The other servers of this database, as far as pages are concerned: what their pages watch, and what happens there. */
export class OtherServers {
  private readonly bus: Bus;
  private readonly namespace: WatchNamespace;
  private readonly recheck: () => Promise<void>;
  private use!: OtherServersUse;
  private relay!: Relay;
  private interest!: Interest;
  private roundAt = 0;
  private checking = false;
  private isOpen = false;

  /** @param recheck cuts off pages' sockets whose access has ended */
  constructor(bus: Bus, { namespace, recheck }: { namespace: WatchNamespace; recheck: () => Promise<void> }) {
    this.bus = bus;
    this.namespace = namespace;
    this.recheck = recheck;
  }

  open(use: OtherServersUse): void {
    const { bus, namespace } = this;
    this.use = use;
    this.isOpen = true;
    this.relay = new Relay({
      serverId: bus.serverId,
      peers: () => bus.peers(),
      carry: (text) => this.isOpen && namespace.serverSideEmit("relay", text),
      heard: (rooms) => {
        for (const [room, items] of rooms) use.heard(room, items);
      },
      missed: () => this.missed(),
      alive: (from) => this.interest.alive(from),
      gone: (from) => this.interest.gone(from),
      silent: (isSilent) => this.silent(isSilent),
    });
    this.interest = new Interest({
      bus,
      sent: () => this.relay.sent,
      known: (from, sent) => this.relay.expect(from, sent),
      missed: () => use.missed(),
    });
    namespace.on("relay", (text) => this.isOpen && this.relay.hear(text));
    bus.on("dropReaders", ({ kind, id }) => use.dropped(kind, id));
    // Access may have ended in a message that never came.
    bus.onGap(() => this.check());
    namespace.adapter.on("create-room", (room: string) => isWatched(room) && this.interest.joined(baseOf(room)));
    namespace.adapter.on("delete-room", (room: string) => {
      const other = room.endsWith(hidden) ? baseOf(room) : room + hidden;
      if (isWatched(room) && !namespace.adapter.rooms.has(other)) this.interest.leftBy(baseOf(room));
    });
    this.interest.begin();
  }

  isWatched(room: string): boolean {
    return this.interest.isWatchedElsewhere(room);
  }

  /** Once the others know that pages here are in this room. */
  joined(room: string): Promise<void> {
    return this.interest.known(room);
  }

  /** Passes on what pages elsewhere watch. */
  send(rooms: [string, WatchItem[]][]): void {
    const watched = rooms.filter(([room]) => this.isWatched(room));
    if (watched.length > 0) this.relay.send(watched);
  }

  drop(kind: HoldKind, id: string): void {
    this.bus.send("dropReaders", { kind, id });
  }

  /** Before the namespace is closed. */
  close(): void {
    this.isOpen = false;
    this.relay.close();
    this.interest.close();
  }

  private silent(isSilent: boolean): void {
    this.use.trouble(isSilent ? words : null);
    const now = performance.now();
    if (isSilent && now - this.roundAt < silentRoundMs) return;
    if (this.roundAt === 0)
      log.warning("Another server of this database cannot be heard: live updates between the two may be interrupted.");
    if (!isSilent) log.info("The other servers of this database can be heard again.");
    this.roundAt = isSilent ? now : 0;
    this.missed();
  }

  private missed(): void {
    this.use.missed();
    this.check();
  }

  private check(): void {
    if (this.checking) return;
    this.checking = true;
    this.recheck()
      .catch(() => setTimeout(() => this.check(), silentRoundMs).unref())
      .finally(() => {
        this.checking = false;
      });
  }
}

const hidden = " hidden";
const isWatched = (room: string): boolean => /^(experiment:|run:|experiments( |$)|workers( |$))/.test(room);
const baseOf = (room: string): string => (room.endsWith(hidden) ? room.slice(0, -hidden.length) : room);
