import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { hasFloat64 } from "../../../workers/measure/hasFloat64.ts";
import { both, expectAlike, expectHostMetrics } from "../../unit/workers/measure/expectHostMetrics.ts";
import { cases, of } from "../../unit/workers/measure/featureCases.ts";
import { make, metricsOf, sumOnDevice, sumOnHost } from "../../unit/workers/measure/givenFeatures.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

describe.each([
  { engine: compiled, name: "float64 (compiled)", isWide: true, relative: 1e-10, absolute: 1e-14 },
  { engine: eager, name: "float32 (eager)", isWide: false, relative: 5e-6, absolute: 5e-7 },
])("class sums on the device, $name", ({ engine, isWide, relative, absolute }) => {
  test("are in the precision that the provider has", () => {
    expect(hasFloat64(engine)).toBe(isWide);
  });

  test.each(cases)("give every metric that the host gives: %s", async (_, given) => {
    await expectHostMetrics(engine, given, relative, absolute);
  });

  test("a collapsed scatter of 1e-10 is what the definition says", async () => {
    const { device } = await both(engine, of({ spreads: [1e-5, 1e-5], offset: 2 }));
    const { values } = metricsOf(device);
    expect(values["train nc1.ratio@1"]).toBeGreaterThan(0.5e-10);
    expect(values["train nc1.ratio@1"]).toBeLessThan(2e-10);
  });

  test("without the second pass: its metrics alone are missing", async () => {
    const { device, host } = await both(engine, of({}), false);
    const [a, b] = [metricsOf(device), metricsOf(host)];
    expectAlike(a.values, b.values, relative, absolute);
    expect(a.missing).toEqual(b.missing);
    expect(Object.keys(a.missing)).toContain("train nc1.pinv@1");
  });

  test("a dead layer has no means that differ, and the others are as they were", async () => {
    const dead = of({
      counts: { train: [7, 30, 61, 30], test: [9, 3, 9, 9] },
      change: ([layer]) => layer.fill(0.3),
    });
    const { device, host } = await both(engine, dead);
    const [a, b] = [metricsOf(device), metricsOf(host)];
    expectAlike(a.values, b.values, relative, absolute);
    expect(Object.keys(a.missing).sort()).toEqual(Object.keys(b.missing).sort());
    expect(a.missing["train nc1.ratio@1"]).toMatch(/^class means coincide/);
    expect(a.values["train nc1.ratio@2"]).toBeGreaterThan(0);
  });

  test("a zero feature and a zero row of the classifier have no direction", async () => {
    const given = of({ change: (features, dim) => features[1].fill(0, 3 * dim, 4 * dim) });
    const made = make(given);
    made.head.fill(0, 0, given.dim);
    const [device, host] = [await sumOnDevice(engine, given, made), await sumOnHost(given, made)];
    expect(host.onTrain.cosines.zeroVectors).toBeGreaterThanOrEqual(30);
    expect(device?.onTrain.cosines.zeroVectors).toBe(host.onTrain.cosines.zeroVectors);
    expect(device?.onTest?.cosines.zeroVectors).toBe(host.onTest.cosines.zeroVectors);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("a feature that is %f is left to the host", async (value) => {
    for (const at of [5, 125]) {
      const given = of({ change: ([layer], dim) => layer.fill(value, at * dim, at * dim + 1) });
      expect(await sumOnDevice(engine, given, make(given)), `sample ${at}`).toBeNull();
    }
  });

  test.each([1e-10, 1e-12, 1e-15, 1e-20, 1e-25])("features %f of the usual size are left to the host", async (scale) => {
    for (const spread of [0.3, 1e-5]) {
      const given = of({
        spreads: [spread, spread],
        change: (layers) => {
          for (const layer of layers) layer.set(layer.map((value) => value * scale));
        },
      });
      expect(await sumOnDevice(engine, given, make(given)), `a spread of ${spread}`).toBeNull();
    }
  });

  test("one layer a millionth of the others' size keeps its digits", async () => {
    const given = of({ spreads: [0.3, 0.3], change: ([layer]) => layer.set(layer.map((value) => value * 1e-6)) });
    await expectHostMetrics(engine, given, relative, absolute);
  });

  test("a classifier near zero is left to the host, a zero one is not", async () => {
    for (const [scale, isLeft] of [
      [1e-20, true],
      [0, false],
    ] as const) {
      const made = make(of({}));
      made.head.forEach((value, at) => {
        made.head[at] = value * scale;
      });
      expect((await sumOnDevice(engine, of({}), made)) === null).toBe(isLeft);
    }
  });

  test("the squared norms, the classifier and the pictured samples are the parameters' and features' own", async () => {
    const { made, device } = await both(engine, of({}));
    const squares = (...vectors: Float32Array[]) => vectors.reduce((sum, v) => v.reduce((s, x) => s + x * x, sum), 0);
    const tolerance = isWide ? 1e-13 : 1e-6;
    expect(Math.abs(device.squared.head / squares(made.head) - 1)).toBeLessThan(tolerance);
    expect(Math.abs(device.squared.hidden / squares(...made.features) - 1)).toBeLessThan(tolerance);
    expect(device.squared.features).toBe(0);
    expect(Float32Array.from(device.head.data)).toEqual(made.head);
    const row = (i: number) => Array.from(made.features[1].subarray(i * 12, (i + 1) * 12));
    expect(Array.from(await device.pictured())).toEqual([...row(0), ...row(2)]);
  });
});
