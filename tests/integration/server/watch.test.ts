import { io, type Socket } from "socket.io-client";
import { expect, test } from "vitest";
import type { WatchBatch, WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { finished, logged, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";

async function watch(
  server: TestServer,
  rooms: object[],
  auth: object = {},
): Promise<{ socket: Socket; items: WatchItem[]; batches: WatchBatch[] }> {
  const socket = io(`${server.url}/watch`, { auth, transports: ["websocket"], reconnection: false, forceNew: true });
  const batches: WatchBatch[] = [];
  const items: WatchItem[] = [];
  socket.on("batch", (batch: WatchBatch) => {
    batches.push(batch);
    items.push(...batch.items);
  });
  await new Promise((resolve, reject) => socket.once("connect", () => resolve(null)).once("connect_error", reject));
  for (const room of rooms) expect(await socket.emitWithAck("watch", room)).toEqual({ ok: true });
  return { socket, items, batches };
}

const until = async (isTrue: () => boolean) => {
  await expect.poll(isTrue).toBe(true);
};

onBothDatabases("Watching", (server) => {
  test("tells what is stored, in batches, to those who watch it", async () => {
    const { id, runs } = await launch(server());
    const page = await watch(server(), [{ room: "experiment", id }]);
    const runPage = await watch(server(), [{ room: "run", id: runs[0].id }]);
    const lists = await watch(server(), [{ room: "experiments" }, { room: "workers" }]);
    const share = await server().call("shares.create", { experimentId: id, hideNames: true });
    const blind = await watch(
      server(),
      [
        { room: "experiment", id },
        { room: "run", id: runs[0].id },
      ],
      { share: share.token },
    );
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), logged("a line"), measured(0)]));
    for (let step = 1; step <= 50; step++) {
      await worker.events(lease, numbered([measured(step)], step + 3));
      // Durable before visible: what a page hears of, a read gives.
      if (step % 10 === 0) {
        await until(() => page.items.some((item) => item.kind === "points"));
        const last = page.items.filter((item) => item.kind === "points").at(-1)!;
        const [series] = await server().call("runs.series", { id: runs[0].id, keys: ["train/loss"] });
        expect(series.steps).toContain(last.step);
      }
    }
    await worker.events(lease, numbered([finished()], 54));
    await until(() => page.items.some((item) => item.kind === "experiment" && item.summary.status === "finished"));
    const steps = page.items.filter((item) => item.kind === "points").map((item) => item.step);
    expect(steps).toEqual(Array.from({ length: 51 }, (_, step) => step));
    expect(page.batches.length).toBeLessThan(steps.length);
    const statuses = page.items.filter((item) => item.kind === "run").map((item) => item.row.status);
    expect(statuses.at(-1)).toBe("finished");
    expect(statuses).toContain("running");
    expect(page.items.some((item) => item.kind === "log")).toBe(false);
    expect(runPage.items.filter((item) => item.kind === "log")).toHaveLength(1);
    expect(lists.items.map((item) => item.kind === "changed" && item.list)).toEqual(
      expect.arrayContaining(["experiments", "workers"]),
    );
    expect(blind.items.filter((item) => item.kind === "points").length).toBeGreaterThanOrEqual(51);
    expect(JSON.stringify(blind.items)).not.toMatch(/raw worker|a line/);
    for (const { socket } of [page, runPage, lists, blind]) socket.disconnect();
    worker.close();
  });

  test("leaves a room, and refuses rooms that are none", async () => {
    const { id } = await launch(server(), grid());
    const { socket, items } = await watch(server(), [{ room: "experiment", id }]);
    for (const message of [null, {}, { room: "all" }, { room: "experiment" }, { room: "experiment", id: "*" }])
      expect(await socket.emitWithAck("watch", message)).toMatchObject({ ok: false, code: "INVALID" });
    socket.emit("watch", { room: "experiment", id });
    socket.emit("unwatch", { room: "experiment", id });
    await server().call("experiments.cancel", { id });
    await server().call("experiments.list", {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(items).toEqual([]);
    socket.disconnect();
  });
});
