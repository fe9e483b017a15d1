import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getRun, grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";

/** Short leases make short ticks: the first look comes after some seconds. */
const env = { COLLAPSAR_HEARTBEAT_MS: "100", COLLAPSAR_LEASE_MS: "500" };
const list = (removed: boolean) => ({ removed, limit: 200 });
const present = async (server: TestServer, id: string, removed: boolean) =>
  (await server.call("experiments.list", list(removed))).rows.some((row) => row.id === id);

onBothDatabases(
  "Deleted experiments",
  (server) => {
    test("are purged after their time, run by run, with points and files, while others continue", async () => {
      const worker = await RawWorker.connect(server(), { slots: 2 });
      const gone = await launch(server(), grid({ seeds: [0] }));
      const kept = await launch(server(), grid({ seeds: [1] }));
      for (const { runs } of [gone, kept]) {
        const lease = await worker.nextAssignment(runs[0].id);
        await worker.events(lease, numbered([started(), measured(0), measured(1), finished()]));
        const folder = join(server().dataDir, "artefacts", runs[0].id);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `1.${"0".repeat(64)}.features.safetensors`), "x");
      }
      await server().call("experiments.remove", { id: gone.id });
      expect(await present(server(), gone.id, false)).toBe(false);
      await expect.poll(() => present(server(), gone.id, true), { timeout: 60_000, interval: 300 }).toBe(false);
      await expect(server().call("experiments.restore", { id: gone.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(readdirSync(join(server().dataDir, "artefacts")).sort()).toEqual([kept.runs[0].id, "belongs-to"].sort());
      expect(await getRun(server(), kept.runs[0].id)).toMatchObject({ status: "finished" });
      expect(server().output).toMatch(/Purged: 1 experiment deleted long enough ago/);
      worker.close();
    });
  },
  { ...env, COLLAPSAR_PURGE_DAYS: "0" },
);

onBothDatabases(
  "Deleted experiments within their time",
  (server) => {
    test("are listed apart and can be restored, with their files, after the server has tidied up", async () => {
      const worker = await RawWorker.connect(server());
      const { id, runs } = await launch(server());
      const lease = await worker.nextAssignment(runs[0].id);
      await worker.events(lease, numbered([started(), measured(0), finished()]));
      const folder = join(server().dataDir, "artefacts", runs[0].id);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `1.${"0".repeat(64)}.features.safetensors`), "x");
      // No run's: tidying up removes it, which says that it has been.
      const stray = join(server().dataDir, "artefacts", "00000000-0000-4000-8000-000000000000");
      mkdirSync(stray);
      await server().call("experiments.remove", { id });
      expect(await present(server(), id, true)).toBe(true);
      await expect
        .poll(() => readdirSync(join(server().dataDir, "artefacts")).sort(), { timeout: 60_000, interval: 300 })
        .toEqual([runs[0].id, "belongs-to"].sort());
      await server().call("experiments.restore", { id });
      expect(await present(server(), id, true)).toBe(false);
      expect((await server().call("runs.get", { id: runs[0].id })).files).toHaveLength(1);
      expect(await server().call("about.program")).toMatchObject({ purgeDays: 30 });
      worker.close();
    });
  },
  env,
);
