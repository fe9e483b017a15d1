import { expect, test } from "vitest";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("Warnings about the data of runs", (server) => {
  test("are on the page of the run, and on that of the study with the runs they concern", async () => {
    const { id, runs } = await launch(server(), grid({ seeds: [0, 1, 2], depths: [2] }));
    expect(await server().call("experiments.dataWarnings", { id })).toEqual([]);
    const said = [["3 .bmp are skipped.", "Labels look alike."], undefined, ["3 .bmp are skipped."]];
    const worker = await RawWorker.connect(server(), { slots: 3 });
    for (const [at, run] of runs.entries()) {
      const lease = await worker.nextAssignment(run.id);
      const begin = started();
      if (begin.kind === "started" && said[at]) begin.dataset.warnings = said[at];
      await worker.events(lease, numbered([begin, measured(1000), finished()]));
    }
    expect(await server().call("experiments.dataWarnings", { id })).toEqual([
      { text: "3 .bmp are skipped.", runs: [0, 2] },
      { text: "Labels look alike.", runs: [0] },
    ]);
    const { token } = await server().call("shares.create", { experimentId: id, hideNames: true });
    expect(await server().call("experiments.dataWarnings", { id }, { share: token })).toEqual([
      { text: "(hidden)", runs: [0, 2] },
    ]);
    const pages = await Promise.all(runs.map((run) => server().call("runs.get", { id: run.id })));
    expect(pages.map((page) => page.dataset?.warnings)).toEqual(said);
    worker.close();
  });
});
