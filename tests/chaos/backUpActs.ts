import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { findBinaries } from "../support/processes/postgres.ts";
import { type Act, after, nothing } from "./act.ts";
import { restoredLine } from "./ledger.ts";
import { between } from "./random.ts";
import type { World } from "./world.ts";

/** Backups that are made while runs go, and restored some seconds later: what came between is to come again. */

const tool = (name: string) => join(findBinaries() ?? "", name);

async function restoreDump(world: World, dump: string): Promise<void> {
  const client = new pg.Client({ connectionString: world.databaseUrl!.replace(/postgres$/, "template1") });
  await client.connect();
  try {
    await client.query("drop database postgres with (force)");
    await client.query("create database postgres");
  } finally {
    await client.end();
  }
  execFileSync(tool("psql"), [world.databaseUrl!, "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump], { stdio: "ignore" });
}

/** Workers' ledgers start over, and studies that the backup does not know are no more. */
async function forget(world: World, known: string[]): Promise<void> {
  world.restoredAt = performance.now();
  for (const { ledger } of world.workers) appendFileSync(ledger, restoredLine);
  world.experiments.splice(0, world.experiments.length, ...known);
}

export const backUpActs: Act[] = [
  {
    name: "dump restored",
    weight: 1.5,
    async do(world, [seconds, down]) {
      const { postgres, server } = world;
      if (!postgres || postgres.program.pid === null || server.pid === null || world.isRestoring) return nothing;
      world.isRestoring = true;
      const dump = join(world.folder, "dump.sql");
      const known = [...world.experiments];
      try {
        execFileSync(tool("pg_dump"), [world.databaseUrl!, "--file", dump], { stdio: "ignore", timeout: 20_000 });
      } catch {
        world.isRestoring = false;
        return nothing; // it is frozen, or away
      }
      const restore = async () => {
        await server.down("SIGKILL");
        world.postgresDisk?.free();
        postgres.program.kill("SIGCONT");
        for (const pid of postgres.program.descendants) process.kill(pid, "SIGCONT");
        postgres.program.start();
        await world.until(
          "the dump is restored",
          () =>
            restoreDump(world, dump).then(
              () => true,
              () => false,
            ),
          60_000,
        );
        await forget(world, known);
        await after(between(0, 3, down), () => server.start());
        world.isRestoring = false;
      };
      const wait = between(3, 12, seconds);
      return { text: `${wait.toFixed(1)} s after it was made`, over: after(wait, () => {}).then(restore) };
    },
  },
  {
    name: "copy of the embedded database restored",
    weight: 1.5,
    async do(world, [seconds, down]) {
      const { postgres, server } = world;
      const [database, copy] = ["database", "copy"].map((name) => join(world.dataDir, name));
      if (postgres || server.pid === null || world.isRestoring || !existsSync(database)) return nothing;
      world.isRestoring = true;
      const known = [...world.experiments];
      await server.down("SIGTERM");
      world.serverDisk?.free();
      rmSync(copy, { recursive: true, force: true });
      cpSync(database, copy, { recursive: true });
      server.start();
      const restore = async () => {
        await server.down("SIGKILL");
        world.serverDisk?.free();
        rmSync(database, { recursive: true, force: true });
        cpSync(copy, database, { recursive: true });
        await forget(world, known);
        await after(between(0, 3, down), () => server.start());
        world.isRestoring = false;
      };
      const wait = between(10, 25, seconds);
      return { text: `${wait.toFixed(1)} s after it was made`, over: after(wait, () => {}).then(restore) };
    },
  },
];
