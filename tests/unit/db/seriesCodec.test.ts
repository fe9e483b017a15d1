import { describe, expect, test } from "vitest";
import { decodePoints, encodePoints, type Points } from "../../../db/seriesCodec.ts";

const decode = (points: Points, from = 0, to = Number.POSITIVE_INFINITY) => {
  const into: Points = { steps: [], values: [] };
  decodePoints(encodePoints(points), into, from, to);
  return into;
};

describe("series chunks", () => {
  test("keep every float64 bit for bit", () => {
    const values = [0, -0, 1 / 3, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER, Math.PI];
    const points = { steps: values.map((_, index) => index * 1_000_000), values };
    const back = decode(points);
    expect(back.steps).toEqual(points.steps);
    for (const [index, value] of values.entries()) expect(Object.is(back.values[index], value)).toBe(true);
  });

  test("take 12 bytes a point and steps up to a thousand million", () => {
    const { steps, values } = encodePoints({ steps: [1_000_000_000], values: [1] });
    expect(steps.length + values.length).toBe(12);
    expect(decode({ steps: [1_000_000_000], values: [1] }).steps).toEqual([1_000_000_000]);
  });

  test("give a window with both its ends", () => {
    expect(decode({ steps: [1, 2, 3, 4], values: [1, 2, 3, 4] }, 2, 3)).toEqual({ steps: [2, 3], values: [2, 3] });
    expect(decode({ steps: [1, 2], values: [1, 2] }, 0, -1)).toEqual({ steps: [], values: [] });
  });
});
