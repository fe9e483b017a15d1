import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { isListKey, keyInList, listKey } from "../../../contract/metrics/seriesKey.ts";
import { runExport } from "../../../contract/wire/exportFormat.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { TestServer } from "../../support/processes/server.ts";
import { download, unzip, upload } from "../archives/archiveFiles.ts";

const ofMeans = listKey("train", "norms.means.class", 2);
const ofAnswers = listKey("test", "accuracy.class");
const other = listKey("other", "nc1.class", 2);
const number = (step: number, k: number) => 1 / (3 + step + 1000 * k);
/** Class 2 has no samples in the test set. */
const answers = (step: number, classes: number) => Array.from({ length: classes }, (_, k) => (k === 2 ? null : number(step, k)));

const withLists = (step: number, classes: number): RunEvent => ({
  ...(measured(step) as Extract<RunEvent, { kind: "measurement" }>),
  lists: {
    [ofMeans]: Array.from({ length: classes }, (_, k) => number(step, k)),
    [ofAnswers]: answers(step, classes),
    [other]: [step],
  },
});
const tens = (from: number, until: number) => Array.from({ length: (until - from) / 10 }, (_, at) => from + 10 * at);

onBothDatabases("lists of one number for each class", (server) => {
  test.each([4, 100, 1000])(
    "of %i classes are read back one by one, as a whole, and in every form",
    async (classes) => {
      const source = server();
      const worker = await RawWorker.connect(source);
      const { id, runs } = await launch(source, grid({ seeds: [classes] }), { name: `Lists of ${classes}` });
      const runId = runs[0].id;
      // The second attempt resumes from step 40: what the first measured after that is void.
      const first = await worker.nextAssignment(runId);
      const begun = [started(), ...tens(0, 80).map((step) => withLists(step, classes)), ended("CRASHED", "away")];
      expect(await worker.events(first, numbered(begun))).toMatchObject({ ok: true });
      const second = await worker.nextAssignment(runId);
      const rest = tens(50, 210).map((step) => withLists(step + 1, classes));
      expect(await worker.events(second, numbered([started(40), ...rest, finished()]))).toMatchObject({ ok: true });
      await untilStatus(source, runId, "finished");
      worker.close();
      const steps = [...tens(0, 50), ...tens(50, 210).map((step) => step + 1)];

      const { row, series: stored } = await source.call("runs.get", { id: runId });
      expect(Object.keys(row.last).filter(isListKey)).toEqual([]);
      expect(stored.find(({ key }) => key === ofMeans)?.points).toBe(classes * steps.length);

      const keys = [keyInList(ofMeans, 3), keyInList(ofAnswers, 2), keyInList(ofAnswers, 1), keyInList(other, 0), "train/loss"];
      const read = await source.call("runs.series", { id: runId, keys, fromStep: 20, toStep: 61 });
      const within = steps.filter((step) => step >= 20 && step <= 61);
      const found = new Map(read.map(({ key, ...points }) => [key, points]));
      expect([...found.keys()].sort()).toEqual(keys.filter((key) => key !== keyInList(ofAnswers, 2)).sort());
      expect(found.get(keyInList(ofMeans, 3))).toMatchObject({ steps: within, values: within.map((step) => number(step, 3)) });
      expect(found.get(keyInList(ofAnswers, 1))?.values).toEqual(within.map((step) => number(step, 1)));
      expect(found.get(keyInList(other, 0))?.values).toEqual(within);

      const whole = await source.call("runs.lists", { id: runId, keys: [ofAnswers, ofMeans], step: 66 });
      expect(whole.steps).toEqual(steps);
      expect(whole.lists[ofAnswers]).toEqual(answers(61, classes));
      expect((await source.call("runs.lists", { id: runId, keys: [other] })).lists).toEqual({ [other]: [201] });

      const asked = `key=${encodeURIComponent(ofAnswers)}&key=${encodeURIComponent(keyInList(ofMeans, 0))}`;
      const lines = (await (await fetch(`${source.url}/api/v1/runs/${runId}/series?format=ndjson&${asked}`)).text())
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toHaveLength(steps.length * (classes - 1 + 1));
      for (const { series, step, value } of lines) {
        const [, name, index] = /^(.*):(\d+)$/.exec(series)!;
        expect([`${name}:*`, value]).toEqual([
          index === "0" && name.includes("norms") ? ofMeans : ofAnswers,
          number(step, Number(index)),
        ]);
      }

      const parquetOf = async (query: string) => {
        const answer = await fetch(`${source.url}/api/v1/runs/${runId}/series?format=parquet${query}`);
        return (await parquetReadObjects({ file: await answer.arrayBuffer() })) as typeof lines;
      };
      // JavaScript's text of a number reads back as the same number: equal here is equal to the last bit.
      expect(await parquetOf(`&${asked}`)).toEqual(lines);
      const everything = await parquetOf("");
      expect(everything.filter(({ series }) => series.startsWith(ofMeans.slice(0, -1)))).toHaveLength(classes * steps.length);
      expect(everything.filter(({ series }) => series === "train/loss").map(({ step }) => step)).toEqual(steps);

      const exported = runExport.parse(await (await fetch(`${source.url}/export/runs/${runId}.json`)).json());
      const ofClass = exported.run.series[keyInList(ofMeans, classes - 1)];
      expect(ofClass).toEqual({ steps, values: steps.map((step) => number(step, classes - 1)) });
      expect(exported.definitions["norms.means.class"].formula).toBe("‖μ_k − μ_G‖");
      const csv = await (await fetch(`${source.url}/export/runs/${runId}.csv`)).text();
      expect(csv.includes(`\r\n${keyInList(ofMeans, 3)},10,${number(10, 3)}\r\n`)).toBe(true);
      expect(csv.includes(`${keyInList(ofAnswers, 1)},`)).toBe(true);
      expect(csv.includes(`${keyInList(ofAnswers, 2)},`)).toBe(false);

      const archive = await download(source, id);
      const target = await TestServer.start();
      try {
        const { body } = await upload(target, archive);
        const copy = (await target.call("experiments.get", { id: body.id! })).runs[0];
        const [there, here] = [
          await target.call("runs.series", { id: copy.id, keys }),
          await source.call("runs.series", { id: runId, keys }),
        ];
        const points = (views: typeof there) => views.map(({ runId: _, ...view }) => view);
        expect(points(there)).toEqual(points(here));
        const [again, before] = [await unzip(await download(target, body.id!)), await unzip(archive)];
        const values = (files: typeof again) => [...files].find(([path]) => path.endsWith("values.npy"))![1];
        expect(values(again).equals(values(before))).toBe(true);
      } finally {
        await target.stop();
      }
    },
    120_000,
  );

  test.each([
    ["a list without numbers", { [ofMeans]: [] }],
    ["more numbers than a list may have", { [ofMeans]: new Array(4_097).fill(1) }],
    ["a list under the key of one number", { "train/nc1.ratio@2": [1, 2] }],
    ["a list under the key of one of its numbers", { [keyInList(ofMeans, 1)]: [1, 2] }],
  ])("is refused: %s", async (_, lists) => {
    const worker = await RawWorker.connect(server());
    const { runs } = await launch(server());
    const lease = await worker.nextAssignment(runs[0].id);
    const event = { ...measured(0), lists } as RunEvent;
    expect(await worker.events(lease, numbered([started(), event]))).toMatchObject({ ok: false, code: "INVALID" });
    worker.close();
  });
});
