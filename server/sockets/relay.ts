import { type RelayFrame, relayFrame } from "../../contract/wire/relayFrame.ts";

export interface RelayUse {
  /** Of this process. */
  serverId: string;
  /** Ids of the other servers that are alive. */
  peers(): readonly string[];
  /** Carries a text to all other servers; some may be lost or overtake each other. */
  carry(text: string): void;
  heard(rooms: RelayFrame["rooms"]): void;
  /** Something that another server sent never came. */
  missed(): void;
  /** A server was heard of. */
  alive(from: string): void;
  /** It was not heard of for minutes. */
  gone(from: string): void;
  /** Whether another server that is alive is not heard; called again and again while that is so. */
  silent(isSilent: boolean): void;
}

/** Each server says so often that it lives, ms. */
const beatMs = 1_000;
/** Who is alive and was not heard for so long cannot be heard. */
const silentMs = 3_500;
const goneMs = 300_000;
/** Frames that overtook others wait so long for them. */
const lateMs = 1_000;

interface Sender {
  heardAt: number;
  /** All frames up to this one have come, or were given up. */
  through: number;
  /** The last one that was sent, as far as is known. */
  top: number;
  /** Those that have come beyond the ones without a gap. */
  beyond: Set<number>;
  timer: NodeJS.Timeout | null;
}

/** Passes what happens to the other servers, frame by frame, and notices which of theirs were lost on the way. */
export class Relay {
  /** Frames sent. */
  sent = 0;
  private readonly use: RelayUse;
  private readonly senders = new Map<string, Sender>();
  private readonly beats: NodeJS.Timeout;
  private isSilent = false;

  constructor(use: RelayUse) {
    this.use = use;
    this.beats = setInterval(() => this.beat(), beatMs);
    this.beats.unref();
  }

  send(rooms: RelayFrame["rooms"]): void {
    this.sent++;
    this.use.carry(this.frame(rooms));
  }

  /** What another server sends after its first `sent` frames concerns this one. */
  expect(from: string, sent: number): void {
    if (!this.senders.has(from)) this.add(from, sent);
  }

  hear(text: string): void {
    const parsed = relayFrame.safeParse(parse(text));
    if (!parsed.success || parsed.data.from === this.use.serverId) return;
    const { from, sent, rooms } = parsed.data;
    const hasRooms = rooms.length > 0;
    const sender = this.senders.get(from) ?? this.add(from, hasRooms ? sent - 1 : sent);
    sender.heardAt = performance.now();
    this.use.alive(from);
    if (hasRooms) {
      if (sent > sender.through) sender.beyond.add(sent);
      this.use.heard(rooms);
    }
    while (sender.beyond.delete(sender.through + 1)) sender.through++;
    sender.top = Math.max(sender.top, sent);
    if (sender.top > sender.through) sender.timer ??= setTimeout(() => this.giveUp(sender), lateMs);
  }

  close(): void {
    clearInterval(this.beats);
    for (const { timer } of this.senders.values()) if (timer) clearTimeout(timer);
  }

  private add(from: string, through: number): Sender {
    const sender = { heardAt: performance.now(), through, top: through, beyond: new Set<number>(), timer: null };
    this.senders.set(from, sender);
    return sender;
  }

  /** What is still on its way is shown when it comes; pages read what is not. */
  private giveUp(sender: Sender): void {
    sender.timer = null;
    if (sender.through >= sender.top) return;
    sender.through = sender.top;
    sender.beyond.clear();
    this.use.missed();
  }

  private beat(): void {
    const peers = this.use.peers();
    const now = performance.now();
    for (const [from, { heardAt }] of this.senders)
      if (now - heardAt > goneMs && !peers.includes(from)) {
        this.senders.delete(from);
        this.use.gone(from);
      }
    // One that has never been heard is still starting.
    const isSilent = peers.some((peer) => now - (this.senders.get(peer)?.heardAt ?? now) > silentMs);
    if (isSilent || this.isSilent) this.use.silent(isSilent);
    this.isSilent = isSilent;
    if (peers.length > 0) this.use.carry(this.frame([]));
  }

  private frame(rooms: RelayFrame["rooms"]): string {
    return JSON.stringify({ from: this.use.serverId, sent: this.sent, rooms } satisfies RelayFrame);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
