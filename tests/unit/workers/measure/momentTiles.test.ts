import { describe, expect, test } from "vitest";
import { centredMoments } from "../../../../math/collapse/centredMoments.ts";
import { classStatistics } from "../../../../math/collapse/classStatistics.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { momentTiles } from "../../../../workers/measure/momentTiles.ts";
import { numbersFrom } from "./numbersFrom.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

describe("tiles of the second pass give what loops give", () => {
  // Large enough to be compiled; spreads down to where float32 features carry nothing.
  test.each([
    [200, 320, 600, 0.3],
    [400, 150, 600, 0.3],
    [400, 200, 600, 1e-6],
  ])("K = %i, d = %i, %i samples, spread %d", async (classes, dim, samples, spread) => {
    const centres = numbersFrom(7, classes * dim);
    const noise = numbersFrom(1, samples * dim);
    const labels = Int32Array.from({ length: samples }, (_, i) => i % classes);
    const features = Float32Array.from(noise, (value, at) => {
      const [i, j] = [Math.floor(at / dim), at % dim];
      return 5 + centres[labels[i] * dim + j] + spread * value;
    });
    const predictions = labels.map((label, i) => (i % 5 === 0 ? (label + 1) % classes : label));
    const statistics = classStatistics(features, labels, classes, dim);
    const input = { features, labels, predictions, statistics };
    const loops = centredMoments(input);
    for (const engine of [compiled, eager]) {
      const tiles = momentTiles(engine);
      const found = await tiles.sum(input, tiles.frame(statistics));
      const { moments, ...counts } = found;
      expect(counts).toEqual({ samples, labelMisses: loops.labelMisses, predictionMisses: loops.predictionMisses });
      const largest = loops.moments.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(moments.rows).toBe(Math.min(classes, dim));
      moments.data.forEach((value, at) => {
        if (Math.abs(value - loops.moments.data[at]) > 1e-12 * largest)
          throw new Error(`moment ${at} is ${value}, and ${loops.moments.data[at]} by loops`);
      });
      const alone = await tiles.sum({ ...input, predictions: undefined }, tiles.frame(statistics));
      expect(alone.predictionMisses).toBeNull();
      await tiles.dispose();
    }
  });
});
