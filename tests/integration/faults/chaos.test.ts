import { expect, test } from "vitest";
import { runChaos } from "../../chaos/runChaos.ts";

/** A short one of `npm run chaos`: whatever the seed, what workers sent is stored once. */
const seed = 20_251_128;

test(`chaos (seed ${seed}): nothing is lost, doubled, foreign, missing or other than in an undisturbed run`, async () => {
  const words: string[] = [];
  const report = await runChaos({ minutes: 0.4, seed, external: false, workers: 3, every: 1.2, say: (text) => words.push(text) });
  if (report.violations.length > 0) console.log(`${words.join("\n")}\nkept in ${report.folder}`);
  expect(report.violations).toEqual([]);
  expect(report.verdict).toMatchObject({ lost: 0, doubled: 0, foreign: 0, holes: 0, unequal: 0 });
  expect(report.verdict!.finished).toBeGreaterThan(5);
  expect(report.acts.size).toBeGreaterThan(3);
}, 600_000);
