import { describe, expect, test } from "vitest";
import {
  configKeys,
  configValueText,
  isDepthKey,
  isSeedKey,
  keyNamer,
} from "../../../../../app/result/external/model/configKeys.ts";
import {
  axisKeys,
  axisKind,
  confounded,
  defaultAxis,
  defaultLines,
} from "../../../../../app/result/external/model/externalAxes.ts";
import { externalCells, seedText } from "../../../../../app/result/external/model/externalCells.ts";
import { externalRow } from "./builders.ts";

const rowsOf = (...configs: Parameters<typeof externalRow>[0][]) => configs.map((values) => externalRow(values));
const axesOf = (...configs: Parameters<typeof externalRow>[0][]) => {
  const rows = rowsOf(...configs);
  const keys = configKeys(rows);
  const axis = defaultAxis(rows, keys);
  return { axis, lines: defaultLines(rows, keys, axis), offered: axisKeys(keys).map(({ key }) => key), keys, rows };
};

describe("The keys of runs' configs", () => {
  test("are seeds by the last word of their last part", () => {
    for (const key of ["seed", "model.seed", "random_seed", "trainer.randomSeed", "data-seed", "SEED"])
      expect(isSeedKey(key)).toBe(true);
    for (const key of ["seeds", "seed.value", "seeded", "seedling", "n_seeds", "reseed", ""]) expect(isSeedKey(key)).toBe(false);
  });
  test("are depths by their last part", () => {
    for (const key of ["depth", "model.layers", "num_layers", "net.n_layers", "numLayers"]) expect(isDepthKey(key)).toBe(true);
    for (const key of ["depths", "layer", "layers.width", "hidden_layers"]) expect(isDepthKey(key)).toBe(false);
  });
  test("are numbers where all values are, and categories otherwise", () => {
    const keys = configKeys(rowsOf({ a: 1, b: true, c: "x", d: 1, e: 0 }, { a: 2.5, b: false, c: "y", d: "1" }));
    expect(keys.map(({ key, kind, values, missing, varies }) => [key, kind, values, missing, varies])).toEqual([
      ["a", "number", [1, 2.5], 0, true],
      ["b", "category", [false, true], 0, true],
      ["c", "category", ["x", "y"], 0, true],
      ["d", "category", [1, "1"], 0, true],
      ["e", "number", [0], 1, true],
    ]);
  });
  test("order texts by the numbers in them, and what JavaScript calls its own is a key like another", () => {
    const [constructorKey, optimizer] = configKeys(
      rowsOf({ optimizer: "sgd 10", constructor: 1 }, { optimizer: "sgd 9", constructor: 1 }),
    );
    expect(optimizer?.values).toEqual(["sgd 9", "sgd 10"]);
    expect(constructorKey).toMatchObject({ key: "constructor", kind: "number", varies: false });
    expect(seedText(configKeys(rowsOf({})), { ...externalRow({}), ordinal: 4 })).toBe("run 5");
  });
  test("are called by their last part where that is unmistakable", () => {
    const nameOf = keyNamer([{ key: "model.depth" }, { key: "optimizer.lr" }, { key: "head.lr" }]);
    expect([nameOf("model.depth"), nameOf("optimizer.lr"), nameOf("head.lr")]).toEqual(["depth", "optimizer.lr", "head.lr"]);
  });
  test("have values of few digits", () => {
    expect([0.1 + 0.2, 1e-7, 18, 123456789, true, "adam"].map(configValueText)).toEqual([
      "0.3",
      "1e-7",
      "18",
      "123456789",
      "true",
      "adam",
    ]);
  });
});

describe("The x axis", () => {
  test("is a depth that varies, whatever it is nested in", () => {
    expect(axesOf({ lr: 1, "model.n_layers": 2, seed: 0 }, { lr: 2, "model.n_layers": 4, seed: 0 }).axis).toEqual({
      of: "key",
      key: "model.n_layers",
    });
    expect(axesOf({ depth: 2, layers: 3 }, { depth: 4, layers: 5 }).axis).toEqual({ of: "key", key: "depth" });
  });
  test("is else the first number that varies, and not a seed", () => {
    expect(axesOf({ seed: 0, width: 8, depth: 3 }, { seed: 1, width: 16, depth: 3 }).axis).toEqual({ of: "key", key: "width" });
  });
  test("is else the steps of the training", () => {
    expect(axesOf({ seed: 0, optimizer: "sgd" }, { seed: 1, optimizer: "adam" }).axis).toEqual({ of: "step" });
    expect(axesOf({}).axis).toEqual({ of: "step" });
  });
  test("offers depths, then numbers, then categories; never seeds or what does not vary", () => {
    expect(
      axesOf(
        { arch: "a", lr: 1, depth: 2, n_layers: 1, seed: 0, fixed: 3 },
        { arch: "b", lr: 2, depth: 4, n_layers: 2, seed: 1, fixed: 3 },
      ).offered,
    ).toEqual(["depth", "n_layers", "lr", "arch"]);
  });
  test("is in doublings for depths, in decades for wide spans, linear where a zero belongs on it", () => {
    const kindOf = (key: string, values: number[]) => {
      const [found] = configKeys(rowsOf(...values.map((value) => ({ [key]: value }))));
      return found && axisKind(found);
    };
    expect(kindOf("depth", [18, 34, 50])).toBe("log2");
    expect(kindOf("width", [64, 128, 512])).toBe("log2");
    expect(kindOf("lr", [1e-4, 1e-3, 1e-2])).toBe("log10");
    expect(kindOf("momentum", [0, 0.9])).toBe("linear");
    expect(kindOf("dropout", [0.1, 0.2])).toBe("linear");
    expect(kindOf("depth", [0, 2])).toBe("linear");
  });
});

describe("The lines", () => {
  test("are the other keys that vary", () => {
    const configs = [2, 4].flatMap((depth) =>
      ["adam", "sgd"].flatMap((optimizer) => [
        { depth, optimizer, seed: 0 },
        { depth, optimizer, seed: 1 },
      ]),
    );
    expect(axesOf(...configs).lines).toEqual(["optimizer"]);
  });
  test("are not what follows from the axis, which is said", () => {
    const { lines, rows, keys, axis } = axesOf(
      { depth: 18, model: "resnet18", seed: 0 },
      { depth: 50, model: "resnet50", seed: 0 },
      { depth: 18, model: "resnet18", seed: 1 },
    );
    expect(lines).toEqual([]);
    expect(confounded(rows, keys, axis)).toEqual(["model"]);
  });
  test("are not the runs' own names and times", () => {
    const configs = [2, 4].flatMap((depth) =>
      [0, 1].map((seed) => ({ depth, seed, name: `run-${depth}-${seed}`, started: 100 * depth + seed })),
    );
    expect(axesOf(...configs).lines).toEqual([]);
    expect(axesOf(...configs).axis).toEqual({ of: "key", key: "depth" });
  });
});

describe("Cells", () => {
  test("are of runs that agree on some keys, by value, and say what is missing", () => {
    const rows = rowsOf({ width: 64, seed: 1 }, { width: 8, seed: 0 }, { seed: 0 }, { width: 64, seed: 0 });
    const cells = externalCells(rows, configKeys(rows), ["width"]);
    expect(cells.map(({ label, members }) => [label, members.map(({ config }) => config.values.seed)])).toEqual([
      ["width 8", [0]],
      ["width 64", [0, 1]],
      ["no width", [0]],
    ]);
  });
  test("are called by their values where these are texts", () => {
    const rows = rowsOf({ optimizer: "adam", bn: true }, { optimizer: "sgd", bn: false });
    expect(externalCells(rows, configKeys(rows), ["optimizer", "bn"]).map(({ label }) => label)).toEqual([
      "adam, bn true",
      "sgd, bn false",
    ]);
  });
});
