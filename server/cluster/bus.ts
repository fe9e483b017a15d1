import { type BusKind, type BusPayload, busMessages } from "../../contract/wire/busMessages.ts";
import type { Database, Executor } from "../../db/database.ts";
import { Notifications } from "../../db/notifications.ts";
import { log } from "../log/log.ts";

/**
 * Carries messages from each server of a database to all others, and none to itself. It makes things quick and is no ground to stand on:
 * a message may be lost, so whatever must happen follows from the database by a later tick.
 */
export interface Bus {
  readonly serverId: string;
  send<K extends BusKind>(kind: K, payload: BusPayload<K>): void;
  /** Once the transaction is stored, and never if it is not. */
  sendWith<K extends BusKind>(tx: Executor, kind: K, payload: BusPayload<K>): Promise<void>;
  on<K extends BusKind>(kind: K, handler: (payload: BusPayload<K>, from: string) => void): void;
  /** Messages may have been missed: what hangs on them is to be read again. */
  onGap(handler: () => void): void;
  /** Ids of the other servers that are alive. */
  peers(): readonly string[];
}

type Handler = (payload: never, from: string) => void;

/** Hands what comes in to those who asked for it. */
class Handlers {
  private readonly byKind = new Map<string, Handler[]>();
  private readonly ofGaps: (() => void)[] = [];

  on(kind: BusKind, handler: Handler): void {
    this.byKind.set(kind, [...(this.byKind.get(kind) ?? []), handler]);
  }

  onGap(handler: () => void): void {
    this.ofGaps.push(handler);
  }

  gap(): void {
    for (const handler of this.ofGaps) attempt(handler);
  }

  deliver(text: string, from: string): void {
    const { kind, payload } = JSON.parse(text) as { kind: string; payload: unknown };
    if (!Object.hasOwn(busMessages, kind)) return;
    const parsed = busMessages[kind as BusKind].safeParse(payload);
    if (!parsed.success) return;
    for (const handler of this.byKind.get(kind) ?? []) attempt(() => handler(parsed.data as never, from));
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    log.unexpected("a message from another server", error);
  }
}

/** JSON of ASCII alone, which may be cut anywhere. */
const asText = (kind: BusKind, payload: unknown): string =>
  JSON.stringify({ kind, payload }).replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * By LISTEN and NOTIFY on an external Postgres; an embedded one has a single server, with nobody to tell.
 * @param peers ids of the other servers that are alive
 */
export async function openBus(
  database: Database,
  serverId: string,
  peers: () => readonly string[],
): Promise<Bus & { close(): Promise<void> }> {
  const handlers = new Handlers();
  const listening = { on: handlers.on.bind(handlers), onGap: handlers.onGap.bind(handlers) };
  if (database.address === null)
    return {
      serverId,
      send: () => undefined,
      sendWith: async () => undefined,
      ...listening,
      peers,
      close: async () => undefined,
    };
  const notifications = await Notifications.open(database.address, {
    sender: serverId,
    heard: (text, sender) => attempt(() => handlers.deliver(text, sender)),
    missed: () => handlers.gap(),
  });
  return {
    serverId,
    send: (kind, payload) => notifications.send(asText(kind, payload)),
    sendWith: (tx, kind, payload) => notifications.sendWith(tx, asText(kind, payload)),
    ...listening,
    peers,
    close: () => notifications.close(),
  };
}
