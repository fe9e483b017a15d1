import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { medium, RealStudy } from "../../support/builders/realStudy.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();
const often = { COLLAPSAR_CHECKPOINT_MS: "100" };
const config = { ...medium, training: { ...medium.training, steps: 5_000 } };
/** The machine's own are all there are. */
const alone = { ...often, COLLAPSAR_UPLOAD_CHECKPOINTS_S: "0" };

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

/** Trains to step 800, damages the newest checkpoint on the machine, and has its worker resume. */
async function resumedAfter(damage: (path: string) => void, env: Record<string, string>) {
  const { worker, folder } = await study.startWorker(1, undefined, { env });
  const [run] = await study.launch(config);
  const checkpoints = join(folder, "worker", "checkpoints", run.id);
  const steps = () =>
    readdirSync(checkpoints)
      .filter((name) => /^\d+\.ckpt$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => b - a);
  await study.measuredTo(run, 800);
  await until("there are two checkpoints", () => steps().length > 1);
  await worker.stop();
  const [newest, before] = steps();
  damage(join(checkpoints, `${newest}.ckpt`));
  await study.startWorker(1, folder, { env });
  await study.reaches(run, "finished");
  const { attempts } = await study.detail(run);
  await study.expectExact(run);
  const log = (await study.api.runs.log.query({ id: run.id })).map(({ text }) => text);
  return { newest, before, log, steps: attempts.map(({ resumedFromStep }) => resumedFromStep) };
}

test.each(manners)(
  "F14: a newest checkpoint that is %s: the one before it is used, which is said, and the curve is whole",
  async (_manner, damage) => {
    const { newest, before, log, steps } = await resumedAfter(damage, alone);
    expect(steps).toEqual([0, before]);
    expect(log.some((text) => text.includes(`checkpoint of step ${newest} is not used`))).toBe(true);
  },
);

test("F14: a newest checkpoint that is empty while the server has it too: the server's is used, and the curve is whole", async () => {
  const { newest, steps } = await resumedAfter((path) => writeFileSync(path, ""), often);
  expect(steps).toEqual([0, newest]);
});
