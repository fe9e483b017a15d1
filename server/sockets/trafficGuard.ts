import type { IncomingMessage } from "node:http";
import type { Server } from "socket.io";
import { protocolSizes } from "../../contract/wire/workerProtocol.ts";

/** Engine.IO's side of one connection, as far as it is used here. */
interface RawConnection {
  id: string;
  request: IncomingMessage;
  transport: { socket?: { bufferedAmount?: number; terminate?: () => void } };
  writeBuffer: { data?: unknown }[];
  on(event: "packet", listener: (packet: { type: string; data?: unknown }) => void): void;
  on(event: "close", listener: () => void): void;
  close(discard?: boolean): void;
}

export const trafficBounds = {
  /** Characters in one message from a page, or from anyone whose worker token is not yet accepted. */
  pageMessage: 20_000,
  /** A little above what a worker sends at most: the frame around its message counts too. */
  workerMessage: protocolSizes.messageBytes + 500_000,
  /** Open connections from one address. */
  perAddress: 2_000,
  /** Bytes that wait for a reader that does not read. */
  unreadBytes: 32_000_000,
  /** Messages that wait for it. */
  unreadMessages: 5_000,
};
export type TrafficBounds = typeof trafficBounds;

const lookMs = 5_000;

/**
 * Bounds what a connection may cost before and after it has proved itself: no binary messages (nothing here sends any, and an
 * unfinished one is held in memory), short messages but from workers, connections per address, and readers that never read.
 */
export class TrafficGuard {
  private readonly connections = new Map<string, RawConnection>();
  private readonly byAddress = new Map<string, number>();
  private readonly workers = new Set<string>();
  private readonly bounds: TrafficBounds;
  private readonly addressOf: (request: IncomingMessage) => string;

  /** @param addressOf whoever opens a connection: behind a proxy, not that proxy's */
  constructor(io: Server, addressOf: (request: IncomingMessage) => string, bounds: Partial<TrafficBounds> = {}) {
    this.addressOf = addressOf;
    this.bounds = { ...trafficBounds, ...bounds };
    io.engine.on("connection", (raw: RawConnection) => this.admit(raw));
    setInterval(() => this.dropDeafReaders(), lookMs).unref();
  }

  /** A worker's token was accepted on this connection: its messages may be long. */
  trust(connectionId: string): void {
    this.workers.add(connectionId);
  }

  /** @returns null if this address may open one more connection, else the reason */
  refuseAnother(address: string): string | null {
    const { perAddress } = this.bounds;
    if ((this.byAddress.get(address) ?? 0) < perAddress) return null;
    return `${perAddress.toLocaleString("en")} connections from this address are open, which is the limit.`;
  }

  private admit(raw: RawConnection): void {
    const address = this.addressOf(raw.request);
    const open = (this.byAddress.get(address) ?? 0) + 1;
    this.byAddress.set(address, open);
    this.connections.set(raw.id, raw);
    raw.on("close", () => {
      this.connections.delete(raw.id);
      this.workers.delete(raw.id);
      const left = (this.byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.byAddress.set(address, left);
      else this.byAddress.delete(address);
    });
    raw.on("packet", (packet) => {
      if (packet.type !== "message" || this.allows(raw, packet.data)) return;
      // What is refused is not parsed: the engine hands on messages alone.
      packet.type = "noop";
      cut(raw);
    });
    // Several that knocked at once.
    if (open > this.bounds.perAddress) cut(raw);
  }

  private allows(raw: RawConnection, data: unknown): boolean {
    if (typeof data !== "string") return false;
    // Socket.IO's types 5 and 6 announce binary parts.
    if (data.startsWith("5") || data.startsWith("6")) return false;
    return data.length <= (this.workers.has(raw.id) ? this.bounds.workerMessage : this.bounds.pageMessage);
  }

  private dropDeafReaders(): void {
    for (const raw of this.connections.values()) {
      const buffered = raw.transport.socket?.bufferedAmount ?? 0;
      const waiting = raw.writeBuffer.reduce((sum, { data }) => sum + (typeof data === "string" ? data.length : 0), buffered);
      if (waiting > this.bounds.unreadBytes || raw.writeBuffer.length > this.bounds.unreadMessages) cut(raw);
    }
  }
}

/** At once: a closing handshake would keep what waits for a reader that does not read. */
function cut(raw: RawConnection): void {
  raw.close(true);
  raw.transport.socket?.terminate?.();
}
