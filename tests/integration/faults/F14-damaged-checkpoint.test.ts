import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { medium, RealStudy } from "../../support/builders/realStudy.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();
const env = { COLLAPSAR_CHECKPOINT_MS: "300" };

const manners: [string, (path: string) => void][] = [
  ["cut off", (path) => truncateSync(path, 100)],
  ["empty", (path) => writeFileSync(path, "")],
  [
    "changed in one byte",
    (path) => {
      const bytes = readFileSync(path);
      bytes[Math.floor(bytes.length / 2)] ^= 1;
      writeFileSync(path, bytes);
    },
  ],
  [
    "a folder",
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
];

test.each(manners)(
  "F14: a newest checkpoint that is %s: the one before it is used, which is said, and the curve is whole",
  async (_manner, damage) => {
    const { worker, folder } = await study.startWorker(1, undefined, { env });
    const [run] = await study.launch(medium);
    const checkpoints = join(folder, "worker", "checkpoints", run.id);
    const steps = () =>
      readdirSync(checkpoints)
        .filter((name) => /^\d+\.ckpt$/.test(name))
        .map((name) => Number.parseInt(name, 10))
        .sort((a, b) => b - a);
    await study.measuredTo(run, 2_000);
    await until("there are two checkpoints", () => steps().length > 1);
    await worker.stop();
    const [newest, before] = steps();
    damage(join(checkpoints, `${newest}.ckpt`));
    await study.startWorker(1, folder, { env });
    await study.reaches(run, "finished");
    const { attempts } = await study.detail(run);
    expect(attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([0, before]);
    const log = await study.api.runs.log.query({ id: run.id });
    expect(log.some(({ text }) => text.includes(`checkpoint of step ${newest} is not used`))).toBe(true);
    await study.expectExact(run);
  },
);
