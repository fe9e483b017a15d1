import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finished, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { DatabaseLine } from "../../support/processes/databaseLine.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

/** CPU time of a process so far, in ticks of the kernel's clock; null where the kernel does not say. */
function ticksOf(pid: number): number | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const fields = readFileSync(file, "utf8").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

describe("A server whose output nobody reads any longer", () => {
  let postgres: TestPostgres;
  let line: DatabaseLine;
  let server: TestServer;
  beforeAll(async () => {
    postgres = await startPostgres();
    line = await DatabaseLine.open(postgres.url);
    server = await TestServer.start({ databaseUrl: line.url });
  });
  afterAll(async () => {
    await server?.stop();
    await line?.close();
    await postgres?.stop();
  });

  /** Makes the server print: a launch whose rows do not reach the database is an error of a kind that no one foresaw. */
  const provoke = async () => {
    let cuts = 0;
    line.rule = (sent) => (sent.includes("insert into") && ++cuts <= 3 ? "before" : null);
    while (cuts < 3) await server.call("experiments.launch", { name: "lost", config: grid() }).catch(() => undefined);
    line.rule = () => null;
  };

  test("keeps running, idle when there is nothing to do, and stops when asked to", async () => {
    const printed = server.output.length;
    await provoke();
    expect(server.output.length).toBeGreaterThan(printed);
    server.stopReading();
    await provoke();

    // A server that prints its failure to print takes as much of a core as this process can get.
    const before = ticksOf(server.pid);
    const ownBefore = ticksOf(process.pid);
    for (const end = performance.now() + 3_000; performance.now() < end; ) await new Promise((resolve) => setImmediate(resolve));
    if (before !== null && ownBefore !== null) {
      const own = ticksOf(process.pid)! - ownBefore;
      expect(own).toBeGreaterThan(0);
      expect((ticksOf(server.pid)! - before) / own).toBeLessThan(0.5);
    }

    const worker = await RawWorker.connect(server);
    const { runs } = await launch(server);
    const lease = await worker.nextAssignment(runs[0].id);
    expect(await worker.events(lease, numbered([started(), finished()]))).toMatchObject({ ok: true });
    await untilStatus(server, runs[0].id, "finished");
    worker.close();

    expect(await server.interrupt()).toBe(0);
  });
});
