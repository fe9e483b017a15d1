import { expect, test } from "vitest";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { ended, evaluated, finished, logged, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { TestServer } from "../../support/processes/server.ts";
import { download, jsonOf, unzip, upload, type ZipContent } from "./archiveFiles.ts";

/** Numbers that a text would spoil: halves of digits, the smallest and the largest ones. */
const odd = [1 / 3, 0, 5e-324, 1.7976931348623157e308, 2 ** -1074, Math.PI * 1e-12, 0.1 + 0.2];

onBothDatabases("an archive of an experiment", (server) => {
  test("is imported by another server equal to the last bit", async () => {
    const source = server();
    const worker = await RawWorker.connect(source);
    const { id, runs } = await launch(source, grid({ depths: [2, 3], seeds: [0, 1] }), {
      name: "Depths <b>&",
      tags: ["one", "two"],
    });
    await source.call("experiments.update", { id, note: "A note with $\\lambda$.\n" });
    const isFirst = (runId: string) => runId === runs[0].id;
    for (const { config } of runs) {
      const lease = await worker.nextAssignment();
      const key = `train/nc1.ratio@${config.depth}`;
      const events = Array.from({ length: 300 }, (_, step) =>
        measured(step, { "train/loss": odd[step % odd.length], [key]: 1 / (step + 3) }),
      );
      if (isFirst(lease.runId)) {
        await worker.events(
          lease,
          numbered([started(), ...events.slice(0, 40), snapshot(20), logged("first"), ended("CRASHED", "away")]),
        );
        const second = await worker.nextAssignment();
        await worker.events(second, numbered([started(20), ...events.slice(21, 60), ended("CRASHED", "again")]));
        const third = await worker.nextAssignment();
        await worker.events(third, numbered([started(50), ...events.slice(51), snapshot(299), evaluated(), finished()]));
      } else
        await worker.events(lease, numbered([started(), ...events, snapshot(10), evaluated(), logged("Fin\u2028ä"), finished()]));
    }
    for (const run of runs) await untilStatus(source, run.id, "finished");
    await source.call("runs.remove", { id: runs[2].id });

    const archive = await download(source, id);
    const files = await unzip(archive);
    const target = await TestServer.start();
    try {
      const { status, body } = await upload(target, archive);
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { name: "Depths <b>&", runs: 3, files: 0, unfinished: 0, namesHidden: false, duplicates: [] },
      });
      expect(body.id).not.toBe(id);
      const [before, after] = [
        await source.call("experiments.get", { id }),
        await target.call("experiments.get", { id: body.id! }),
      ];
      expect(shownOf(after)).toEqual(shownOf(before));
      for (const [at, run] of before.runs.entries()) {
        const copy = after.runs[at];
        const [there, here] = [await target.call("runs.get", { id: copy.id }), await source.call("runs.get", { id: run.id })];
        expect(there.series).toEqual(here.series);
        expect(there.attempts).toEqual(here.attempts);
        expect(await target.call("runs.geometry", { id: copy.id })).toEqual(await source.call("runs.geometry", { id: run.id }));
        expect(await target.call("runs.log", { id: copy.id })).toEqual(await source.call("runs.log", { id: run.id }));
      }
      const again = await unzip(await download(target, body.id!));
      expectSame(files, again, idsOf(files), idsOf(again));
      expect(jsonOf(again, "manifest.json").content).toBe(jsonOf(files, "manifest.json").content);
      expect(jsonOf(again, "origin.json").earlier).toMatchObject([{ experimentId: id, server: source.url }]);
    } finally {
      await target.stop();
      worker.close();
    }
  });

  test("has every bit of a series in plain arrays, and says which points are void", async () => {
    const source = server();
    const { rows } = await source.call("experiments.list", { search: "Depths" });
    const files = await unzip(await download(source, rows[0].id));
    const index: { key: string; attempt: number; from: number; count: number; valid: number }[] = jsonOf(
      files,
      "runs/00000/series.json",
    );
    const loss = index.filter(({ key }) => key === "train/loss");
    expect(loss.map(({ attempt, count, valid }) => ({ attempt, count, valid }))).toEqual([
      { attempt: 1, count: 40, valid: 21 },
      { attempt: 2, count: 39, valid: 30 },
      { attempt: 3, count: 249, valid: 249 },
    ]);
    const [steps, values] = ["steps", "values"].map((name) => files.get(`runs/00000/${name}.npy`)!);
    expect(steps.subarray(0, 6).toString("latin1")).toBe("\x93NUMPY");
    const place = (array: Buffer) => 10 + array.readUInt16LE(8);
    const read = loss.flatMap(({ from, valid }) =>
      Array.from({ length: valid }, (_, i) => [
        steps.readInt32LE(place(steps) + 4 * (from + i)),
        values.readDoubleLE(place(values) + 8 * (from + i)),
      ]),
    );
    expect(read).toHaveLength(300);
    for (const [at, [step, value]] of read.entries()) {
      expect(step).toBe(at);
      expect(Object.is(value, odd[at % odd.length]), `step ${at}`).toBe(true);
    }
  });

  test("of a study under way is imported with what it has, its unfinished runs cancelled and said so", async () => {
    const source = server();
    const worker = await RawWorker.connect(source);
    const { id } = await launch(source, grid({ depths: [2], seeds: [0, 1] }), { name: "Under way" });
    const lease = await worker.nextAssignment();
    await worker.events(lease, numbered([started(), measured(0), measured(1)]));
    const archive = await download(source, id);
    const preview = await upload(source, archive, "/inspect");
    expect(preview).toMatchObject({
      status: 200,
      body: { runs: 2, points: 2, unfinished: 2, duplicates: [{ id, same: "experiment" }] },
    });
    const { body } = await upload(source, archive);
    const copy = await source.call("experiments.get", { id: body.id! });
    expect(copy.runs.map(({ status, failure }) => [status, failure?.message])).toEqual([
      ["cancelled", "It was running when it was archived."],
      ["cancelled", "It was queued when it was archived."],
    ]);
    expect(copy.provenance).toMatchObject({ origin: { experimentId: id }, unfinished: 2, machines: [{ name: "raw worker" }] });
    expect((await upload(source, archive, "/inspect")).body.duplicates).toMatchObject([
      { id: body.id, same: "content" },
      { id, same: "experiment" },
    ]);
    await source.call("experiments.cancel", { id });
    worker.close();
  });

  test("names no person and no machine where a link hides names", async () => {
    const source = server();
    const { rows } = await source.call("experiments.list", { search: "Depths" });
    const [{ id }] = rows;
    const { token } = await source.call("shares.create", { experimentId: id, hideNames: true });
    const files = await unzip(await download(source, id, `?share=${token}`));
    const all = [...files.values()].map((content) => content.toString("latin1")).join("\n");
    expect(all).not.toMatch(/raw worker|someone|127\.0\.0\.1|Fin/);
    expect(jsonOf(files, "environment.json")).toEqual({ machines: [] });
    expect(jsonOf(files, "manifest.json").namesHidden).toBe(true);
    const other = await launch(source, grid());
    await expect(download(source, other.id, `?share=${token}`)).rejects.toThrow("404");
    const { status, body } = await upload(source, await download(source, id, `?share=${token}`));
    expect({ status, runs: body.runs }).toEqual({ status: 201, runs: 3 });
    await source.call("experiments.cancel", { id: other.id });
  });
});

/** What of an experiment is alike for it and its copy. */
function shownOf({ id: _, updatedAt: _u, provenance: _p, ...detail }: ExperimentDetail) {
  return { ...detail, runs: detail.runs.map(({ id: _r, experimentId: _e, ...row }) => row) };
}

const idsOf = (files: ZipContent): string[] => {
  const { experimentId, runs } = jsonOf(files, "origin.json");
  return [experimentId, ...runs.map((run: { id: string }) => run.id)];
};

function expectSame(files: ZipContent, again: ZipContent, ids: string[], newIds: string[]) {
  expect([...again.keys()].sort()).toEqual([...files.keys()].sort());
  expect(newIds).toHaveLength(ids.length);
  for (const [path, content] of files) {
    if (path === "manifest.json" || path === "origin.json") continue;
    const known = again.get(path)!;
    const renamed = ids.reduce((text, id, at) => text.replaceAll(id, newIds[at]), content.toString("latin1"));
    expect(known.toString("latin1") === renamed, path).toBe(true);
  }
}
