import { expect, test } from "vitest";
import type { SeriesView } from "../../../contract/wire/views.ts";
import { logged, measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

onBothDatabases("What one answer may hold", (server) => {
  test("is a page of a log: the latest lines first, then those before them, each once", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    for (let page = 0; page < 3; page++) {
      const lines = Array.from({ length: 400 }, (_, index) => logged(`line ${page * 400 + index}`));
      await worker.events(lease, numbered(lines, 2 + page * 400));
    }
    worker.close();
    const read = (cursor?: { attempt: number; seq: number }) =>
      server().call("runs.log", { id: runs[0].id, ...(cursor && { cursor }) });
    const texts: string[][] = [];
    for (let cursor: { attempt: number; seq: number } | undefined; ; ) {
      const page = await read(cursor);
      texts.push(page.map(({ text }) => text));
      if (page.length < 500) break;
      cursor = { attempt: page[0].attempt, seq: page[0].seq };
    }
    expect(texts.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(texts[0].at(-1)).toBe("line 1199");
    expect(texts.toReversed().flat()).toEqual(Array.from({ length: 1_200 }, (_, index) => `line ${index}`));
    await expect(server().call("runs.log", { id: runs[0].id, limit: 501 })).rejects.toMatchObject({ code: "INVALID" });
  });

  test("is bounded over a whole batch: each call is thinned, and says how many points there are", async () => {
    const { id, runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started()]));
    const keys = Array.from({ length: 40 }, (_, index) => `train/nc1.ratio@${index + 1}`);
    const values = (step: number) => Object.fromEntries(keys.map((key) => [key, Math.sin(step)]));
    for (let batch = 0; batch < 20; batch++) {
      const steps = Array.from({ length: 50 }, (_, index) => batch * 50 + index);
      const sent = await worker.events(
        lease,
        numbered(
          steps.map((step) => measured(step, values(step))),
          2 + batch * 50,
        ),
      );
      expect(sent.ok).toBe(true);
    }
    worker.close();
    const { token } = await server().call("shares.create", { experimentId: id });
    const input = { id, keys, maxPoints: 5_000 };
    const batch = await fetch(`${server().url}/trpc/${Array(20).fill("experiments.series").join(",")}?batch=1`, {
      method: "POST",
      headers: { "x-share-token": token, "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, input]))),
    });
    const text = await batch.text();
    expect(text.length).toBeLessThan(20_000_000);
    const answers = JSON.parse(text) as { result?: { data: SeriesView[] }; error?: { message: string } }[];
    const [first] = answers;
    expect(first.result!.data.map(({ steps, total }) => [steps.length, total])).toEqual(Array(40).fill([1_000, 1_000]));
    const refused = answers.filter(({ error }) => error);
    expect(refused.length).toBeGreaterThan(5);
    expect(new Set(refused.map(({ error }) => error!.message))).toEqual(
      new Set(["The answers to this batch do not fit into one response: send the calls one by one."]),
    );
    const thinned = answers.filter(({ result }) => result?.data.some(({ steps, total }) => steps.length < total));
    expect(thinned.length).toBe(1);
    const alone = await server().call("experiments.series", input, { share: token });
    expect(alone.every(({ steps, total }) => steps.length === 1_000 && total === 1_000)).toBe(true);
  });
});
