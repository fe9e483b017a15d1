import { sql } from "drizzle-orm";
import type { Executor } from "./database.ts";
import { OwnConnection } from "./ownConnection.ts";

const channel = "collapsar";
/** Postgres takes less than 8,000 bytes; the rest is for the frame. */
const partLetters = 7_800;
/** Longer texts belong into a table. */
const maxParts = 64;
/** Texts of which a part is missing are given up beyond so many. */
const maxUnfinished = 100;
const probeMs = 5_000;

export interface NotificationsUse {
  /** Of this process; what it sends itself it does not hear. */
  sender: string;
  heard(text: string, sender: string): void;
  /** Something may have been missed: by this process, or from another one. */
  missed(): void;
}

/** Short texts from each server of an external Postgres to all others. Some may be lost, which those that listen are told. */
export class Notifications {
  private readonly use: NotificationsUse;
  private connection!: OwnConnection;
  private sent = 0;
  /** Something was sent while there was no connection. */
  private dropped = false;
  private wasOpen = false;
  /** Sender and number of a text → its parts so far. */
  private readonly unfinished = new Map<string, string[]>();

  private constructor(use: NotificationsUse) {
    this.use = use;
  }

  static async open(address: string, use: NotificationsUse): Promise<Notifications> {
    const notifications = new Notifications(use);
    notifications.connection = await OwnConnection.open(address, {
      name: "collapsar bus",
      probeMs,
      opened: async (client) => {
        client.on("notification", ({ payload }) => notifications.hear(payload ?? ""));
        await client.query(`listen ${channel}`);
        if (notifications.dropped) await client.query("select pg_notify($1, $2)", [channel, `${use.sender} missed`]);
        notifications.dropped = false;
        if (notifications.wasOpen) use.missed();
        notifications.wasOpen = true;
      },
      lost: () => notifications.unfinished.clear(),
    });
    return notifications;
  }

  /**
   * Tells all others, soon.
   * @param text of ASCII alone
   * @throws RangeError if it is longer than half a million letters
   */
  send(text: string): void {
    for (const frame of this.frames(text))
      this.connection.query("select pg_notify($1, $2)", [channel, frame]).catch(() => {
        this.dropped = true;
      });
  }

  /** Tells all others once the transaction is stored, and nobody if it is not. */
  async sendWith(tx: Executor, text: string): Promise<void> {
    for (const frame of this.frames(text)) await tx.execute(sql`select pg_notify(${channel}, ${frame})`);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private frames(text: string): string[] {
    const of = Math.max(1, Math.ceil(text.length / partLetters));
    if (of > maxParts)
      throw new RangeError(`a message of ${text.length} letters between servers: at most ${maxParts * partLetters}`);
    const number = this.sent++;
    return Array.from(
      { length: of },
      (_, part) => `${this.use.sender} ${number} ${part} ${of} ${text.slice(part * partLetters, (part + 1) * partLetters)}`,
    );
  }

  private hear(frame: string): void {
    const found = /^(\S+) (?:missed|(\d+) (\d+) (\d+) (.*))$/s.exec(frame);
    if (!found || found[1] === this.use.sender) return;
    const [, sender, number, part, of, text] = found;
    if (number === undefined) this.use.missed();
    else if (of === "1") this.use.heard(text!, sender!);
    else this.join(sender!, `${sender} ${number}`, { part: Number(part), of: Number(of), text: text! });
  }

  private join(sender: string, key: string, { part, of, text }: { part: number; of: number; text: string }): void {
    const parts = part === 0 ? [] : this.unfinished.get(key);
    // Its beginning was missed, and that was told.
    if (parts?.length !== part) return;
    parts.push(text);
    this.unfinished.set(key, parts);
    if (this.unfinished.size > maxUnfinished) this.unfinished.delete(this.unfinished.keys().next().value!);
    if (parts.length < of) return;
    this.unfinished.delete(key);
    this.use.heard(parts.join(""), sender);
  }
}
