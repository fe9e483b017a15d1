import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../contract/failure.ts";
import { workerProtocolVersion } from "../../contract/wire/workerProtocol.ts";
import type { Database } from "../../db/database.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { recordAllGone } from "../../db/queries/rosters.ts";
import { insertServer, listOtherServers, recordServerSeen, recordServerStopped } from "../../db/queries/servers.ts";
import { log } from "../log/log.ts";
import { agreeOnSignIn } from "./agreeOnSignIn.ts";

export interface RosterTimes {
  /** How often a server says that it is alive, ms. */
  beatMs: number;
  /** One that has not said so for so long counts as dead, ms. */
  deadMs: number;
}

/** Of the time that silence of a worker is borne. */
export const rosterTimes = (leaseMs: number): RosterTimes => ({ beatMs: Math.min(2_000, leaseMs / 8), deadMs: leaseMs / 2 });

/** Says in the database that this server is alive, and knows which others are. An embedded database has no others. */
export class ServerRoster {
  readonly id = randomUUID();
  private readonly database: Database;
  private readonly times: RosterTimes;
  private alive: readonly string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private beating: Promise<void> = Promise.resolve();
  private isBeating = false;

  constructor(database: Database, times: RosterTimes) {
    this.database = database;
    this.times = times;
  }

  /** @throws Failure CONFLICT if a server of another version of the workers' protocol is alive, and stays so */
  async join(version: string): Promise<void> {
    const { orm, address } = this.database;
    if (address === null) return;
    await this.requireOneProtocol(version);
    await insertServer(orm, { id: this.id, host: hostname(), pid: process.pid, version, protocol: workerProtocolVersion });
    await this.look();
    this.timer = setInterval(() => {
      if (this.isBeating) return;
      this.isBeating = true;
      this.beating = this.beat().finally(() => {
        this.isBeating = false;
      });
    }, this.times.beatMs);
  }

  /** @throws Failure CONFLICT if one that runs signs people in otherwise; see agreeOnSignIn.ts */
  async agreeOnSignIn(mark: string): Promise<void> {
    if (this.database.address !== null) await agreeOnSignIn(this.database.orm, this.id, mark, this.times.deadMs);
  }

  /** Workers could move between the two, and one of them would refuse each. */
  private async requireOneProtocol(version: string): Promise<void> {
    // One that was killed counts as dead by then.
    for (const deadline = performance.now() + this.times.deadMs + this.times.beatMs; ; await sleep(this.times.beatMs)) {
      const others = await listOtherServers(this.database.orm, this.id, this.times.deadMs);
      const stranger = others.find(({ protocol }) => protocol !== workerProtocolVersion);
      if (stranger && performance.now() > deadline)
        throw new Failure(
          "CONFLICT",
          `A server of version ${stranger.version} on ${stranger.host} (process ${stranger.pid}) uses this database and speaks version ${stranger.protocol} of the workers' protocol; this one, of version ${version}, speaks ${workerProtocolVersion}. Stop the servers of one of the two first.`,
        );
      if (stranger) continue;
      for (const other of others)
        if (other.version !== version)
          log.warning(`A server of version ${other.version} on ${other.host} uses this database too; this one is of ${version}.`);
      return;
    }
  }

  /** Ids of the other servers that are alive. */
  peers(): readonly string[] {
    return this.alive;
  }

  async leave(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    await this.beating;
    await recordAllGone(this.database.orm, this.id);
    await recordServerStopped(this.database.orm, this.id);
  }

  private async beat(): Promise<void> {
    try {
      await recordServerSeen(this.database.orm, this.id);
      await this.look();
    } catch (error) {
      // The supervisor speaks of a database that is away.
      if (!databaseTrouble(error)) log.error("saying that this server is alive", error);
    }
  }

  private async look(): Promise<void> {
    const others = await listOtherServers(this.database.orm, this.id, this.times.deadMs);
    this.alive = others.map(({ id }) => id);
  }
}
