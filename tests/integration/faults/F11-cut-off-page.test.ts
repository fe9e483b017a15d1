import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Line } from "../../chaos/line.ts";
import { Watcher } from "../../chaos/watcher.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";

/** Points that are stored while nobody hears of them: more than a page keeps in hand. */
const unheard = 3_000;

describe("F11: a page whose line is cut", () => {
  let server: TestServer;
  let line: Line;
  beforeAll(async () => {
    server = await TestServer.start();
    line = await Line.open(server.port);
  });
  afterAll(async () => {
    await line?.close();
    await server?.stop();
  });

  async function follow() {
    const { id, runs } = await launch(server);
    const worker = await RawWorker.connect(server);
    const lease = await worker.nextAssignment(runs[0].id);
    const { token } = await server.call("shares.create", { experimentId: id });
    const page = new Watcher(`http://127.0.0.1:${line.port}`, runs[0].id, token);
    await expect.poll(() => page.isConnected).toBe(true);
    return { worker, lease, page };
  }
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test.each([
    ["cut", () => line.cut()],
    ["asleep for long", () => line.partition()],
    ["half-open", () => line.halfOpen()],
  ])("(%s) shows what was stored meanwhile, each point once, and goes on", async (_what, strike) => {
    const { worker, lease, page } = await follow();
    await worker.events(lease, numbered([started(0, 10_000), ...range(0, 9).map((step) => measured(step))]));
    await expect.poll(() => page.steps).toEqual(range(0, 9));
    strike();
    for (let from = 10; from < unheard; from += 299)
      await worker.events(
        lease,
        numbered(
          range(from, from + 298).map((step) => measured(step)),
          from + 2,
        ),
      );
    line.heal();
    const last = 10 + 299 * Math.ceil((unheard - 10) / 299) - 1;
    await expect.poll(() => page.steps).toEqual(range(0, last));
    await worker.events(lease, numbered([measured(last + 1), finished(10_000)], last + 3));
    await expect.poll(() => page.steps).toEqual(range(0, last + 1));
    page.close();
    worker.close();
  });

  test("and whose run is resumed from an earlier step in the meantime: points that became void disappear", async () => {
    const { worker, lease, page } = await follow();
    await worker.events(lease, numbered([started(), ...range(0, 40).map((step) => measured(step, { "train/loss": 1 }))]));
    await expect.poll(() => page.steps).toEqual(range(0, 40));
    line.partition();
    await worker.events(lease, numbered([ended("WORKER_LOST", "worker stopped")], 43));
    const next = await worker.nextAssignment(lease.runId);
    await worker.events(next, numbered([started(20), measured(25, { "train/loss": 2 })]));
    line.cut();
    line.heal();
    await expect.poll(() => page.steps, { timeout: 30_000 }).toEqual([...range(0, 20), 25]);
    expect(page.store.series(page.runId, "train/loss").values.at(-1)).toBe(2);
    page.close();
    worker.close();
  });
});
