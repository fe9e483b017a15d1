import { expect, test, vi } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("Runs that learned nothing", (server) => {
  const csvOf = async (id: string) => {
    const text = await (await fetch(`${server().url}/export/experiments/${id}.csv`)).text();
    const [head, ...lines] = text
      .trim()
      .split("\r\n")
      .filter((line) => !line.startsWith("#"));
    const at = head.split(",").indexOf("left_out");
    return lines.map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)[at]);
  };
  const nc1Of = async (id: string) => (await server().call("experiments.list", {})).rows.find((row) => row.id === id)?.nc1?.last;

  test("are marked in the table of the study and on their page, and do not stand for it in the list", async () => {
    const { id, runs } = await launch(server(), grid({ seeds: [0, 1], depths: [2] }));
    const worker = await RawWorker.connect(server(), { slots: 2 });
    for (const [at, run] of runs.entries()) {
      const lease = await worker.nextAssignment(run.id);
      const values = { "train/nc1.ratio@2": [0.091, 0.4][at], "train/accuracy": [0.27, 1][at] };
      await worker.events(lease, numbered([started(), measured(1000, values), finished()]));
    }
    await vi.waitFor(async () => expect(await nc1Of(id)).toBe(0.4), 60_000);
    expect(await csvOf(id)).toEqual(["true", "false"]);
    const pages = await Promise.all(runs.map((run) => server().call("runs.get", { id: run.id })));
    expect(pages.map((page) => page.leftOutBelow)).toEqual([0.9, null]);

    const every = await launch(server(), grid({ convergence: { minTrainAccuracy: 0 } }));
    const lease = await worker.nextAssignment(every.runs[0].id);
    await worker.events(
      lease,
      numbered([started(), measured(1000, { "train/nc1.ratio@2": 0.091, "train/accuracy": 0.27 }), finished()]),
    );
    expect(await csvOf(every.id)).toEqual(["false"]);
    await vi.waitFor(async () => expect(await nc1Of(every.id)).toBe(0.091), 60_000);
    worker.close();
  });
});
