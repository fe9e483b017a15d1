import type { Bus } from "../cluster/bus.ts";

/** A page that joins waits so long for the other servers to know of it; one that hears of it later lets pages read again. */
const heardMs = 1_500;
/** Rooms that were left are told of after this time: a page that moves on often comes back. */
const leaveMs = 5_000;

export interface InterestUse {
  bus: Bus;
  /** Frames that this server has sent to pages of others. */
  sent(): number;
  /** Another server knows from now on what is watched here; of what it sent, what follows these frames concerns this one. */
  known(from: string, sent: number): void;
  /** A server may not have known what is watched here: pages read again. */
  missed(): void;
}

interface Watched {
  version: number;
  rooms: Set<string>;
}

/**
 * Who watches what across servers: each tells the others which rooms its own pages have joined, and is told that they know. What nobody
 * watches elsewhere stays where it happens.
 */
export class Interest {
  private readonly use: InterestUse;
  /** Rooms of this server's pages, each with the version of the list at which it came. */
  private readonly own = new Map<string, number>();
  private version = 0;
  private readonly left = new Set<string>();
  private leaving: NodeJS.Timeout | null = null;
  private readonly elsewhere = new Map<string, Watched>();
  /** Server → the version of this server's list that it knows. */
  private readonly heard = new Map<string, number>();
  /** Servers that were waited for in vain, or have said that they did not know. */
  private readonly late = new Set<string>();
  private readonly waiting = new Set<() => void>();

  constructor(use: InterestUse) {
    this.use = use;
    const { bus } = use;
    bus.on("interest", ({ version, whole, add, remove }, from) => {
      const known = this.elsewhere.get(from);
      if (!whole && known?.version !== version - 1) return this.ask(from);
      const rooms = whole ? new Set<string>() : known!.rooms;
      for (const room of add) rooms.add(room);
      for (const room of remove) rooms.delete(room);
      this.elsewhere.set(from, { version, rooms });
      bus.send("interestHeard", { of: from, version, sent: use.sent() });
    });
    bus.on("interestHeard", ({ of, version, sent }, from) => {
      if (of !== bus.serverId) return;
      this.heard.set(from, Math.max(version, this.heard.get(from) ?? 0));
      use.known(from, sent);
      if (version < this.version) return;
      if (this.late.delete(from)) use.missed();
      for (const look of this.waiting) look();
    });
    bus.on("interestAsk", ({ of }, from) => {
      if (of !== null && of !== bus.serverId) return;
      this.heard.delete(from);
      this.late.add(from);
      this.tell(true, [...this.own.keys()], []);
    });
    bus.onGap(() => this.begin());
  }

  /** Asks the others what their pages watch, and tells them what is watched here. */
  begin(): void {
    for (const peer of this.use.bus.peers()) this.late.add(peer);
    this.ask(null);
    this.tell(true, [...this.own.keys()], []);
  }

  /** A server is heard of: if it never said what is watched there, it is asked. */
  alive(from: string): void {
    if (!this.elsewhere.has(from)) this.ask(from);
  }

  /** A server is no more. */
  gone(from: string): void {
    this.elsewhere.delete(from);
    this.heard.delete(from);
    this.late.delete(from);
  }

  joined(room: string): void {
    this.left.delete(room);
    if (this.own.has(room)) return;
    this.own.set(room, this.version + 1);
    this.tell(false, [room], []);
  }

  leftBy(room: string): void {
    this.left.add(room);
    this.leaving ??= setTimeout(() => this.sayLeft(), leaveMs).unref();
  }

  isWatchedElsewhere(room: string): boolean {
    for (const { rooms } of this.elsewhere.values()) if (rooms.has(room)) return true;
    return false;
  }

  /** Once every other server knows that this room is watched here, or has taken too long to say so. */
  async known(room: string): Promise<void> {
    const { bus } = this.use;
    const version = this.own.get(room) ?? 0;
    const missing = () => bus.peers().filter((peer) => (this.heard.get(peer) ?? 0) < version);
    const isOpen = () => missing().some((peer) => !this.late.has(peer));
    if (!isOpen()) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      const look = () => isOpen() || done();
      const timer = setTimeout(() => {
        for (const peer of missing()) this.late.add(peer);
        done();
      }, heardMs);
      this.waiting.add(look);
    });
  }

  close(): void {
    if (this.leaving) clearTimeout(this.leaving);
  }

  private ask(of: string | null): void {
    this.use.bus.send("interestAsk", { of });
  }

  private sayLeft(): void {
    this.leaving = null;
    const remove = [...this.left].filter((room) => this.own.delete(room));
    this.left.clear();
    if (remove.length > 0) this.tell(false, [], remove);
  }

  private tell(whole: boolean, add: string[], remove: string[]): void {
    this.version++;
    this.use.bus.send("interest", { version: this.version, whole, add, remove });
  }
}
