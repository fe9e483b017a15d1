import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { type WatchBatch, type WatchItem, watchNamespace } from "../../../contract/wire/watchProtocol.ts";
import { ended, evaluated, evaluation, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, getRun, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";

async function watch(server: TestServer, id: string, auth: object = {}) {
  const socket = io(server.url + watchNamespace, { auth, transports: ["websocket"], forceNew: true });
  const rows: Extract<WatchItem, { kind: "run" }>["row"][] = [];
  socket.on("batch", ({ items }: WatchBatch) => {
    for (const item of items) if (item.kind === "run") rows.push(item.row);
  });
  expect(await socket.timeout(10_000).emitWithAck("watch", { room: "experiment", id })).toEqual({ ok: true });
  return { socket, rows };
}

onBothDatabases("What is found after training", (server) => {
  test("is stored with the run, sent to those who watch, and in both tables", async () => {
    const { id, runs } = await launch(server());
    const page = await watch(server(), id);
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), measured(1000), evaluated()]));
    await expect.poll(() => page.rows.at(-1)?.evaluation).toEqual(evaluation);
    expect(page.rows.at(-1)?.status).toBe("running");
    await worker.events(lease, numbered([finished()], 4));
    await expect.poll(() => page.rows.at(-1)?.status).toBe("finished");
    expect(page.rows.at(-1)?.evaluation).toEqual(evaluation);
    expect((await getRun(server(), runs[0].id)).evaluation).toEqual(evaluation);
    expect((await getExperiment(server(), id)).runs[0].evaluation).toEqual(evaluation);

    const table = await (await fetch(`${server().url}/export/experiments/${id}.csv?head=none`)).text();
    const [names, values] = table
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    const value = (name: string) => values[names.indexOf(name)];
    expect(value("robustness/clean")).toBe("0.9");
    expect(value("robustness/pgd.linf@0.01")).toBe("0.4");
    expect(value("robustness/fgsm.l2@0.1")).toBe("0.55");
    expect([value("transfer/train@2"), value("transfer/test@2")]).toEqual(["0.75", "0.625"]);
    const lines = (await (await fetch(`${server().url}/export/runs/${runs[0].id}.csv`)).text()).trim().split("\r\n");
    expect(lines).toContain("transfer/test@1,1000,0.7");
    page.socket.disconnect();
    worker.close();
  });

  test("names nobody through a link that hides names", async () => {
    const { id, runs } = await launch(server());
    const share = (await server().call("shares.create", { experimentId: id, hideNames: true })).token;
    const blind = await watch(server(), id, { share });
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), measured(1000), evaluated(), finished()]));
    await expect.poll(() => blind.rows.at(-1)?.evaluation?.robustness).toEqual(evaluation.robustness);
    const { row } = await server().call("runs.get", { id: runs[0].id }, { share });
    expect(row.evaluation?.transfer?.layers).toEqual(evaluation.transfer?.layers);
    expect(Object.keys(row.evaluation!.missing)).toEqual(Object.keys(evaluation.missing));
    expect(JSON.stringify([row, blind.rows])).not.toMatch(/someone/);
    blind.socket.disconnect();
    worker.close();
  });

  test("is void once a later attempt begins", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const first = await worker.nextAssignment(runs[0].id);
    await worker.events(first, numbered([started(), measured(1000), evaluated(), ended("CRASHED", "gone")]));
    const second = await worker.nextAssignment(runs[0].id);
    expect((await getRun(server(), runs[0].id)).evaluation).toEqual(evaluation);
    await worker.events(second, numbered([started(), measured(0)]));
    expect((await getRun(server(), runs[0].id)).evaluation).toBeNull();
    await worker.events(second, numbered([finished()], 3));
    worker.close();
  });
});
