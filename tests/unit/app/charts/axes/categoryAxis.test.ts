import { expect, test } from "vitest";
import { axisTicks } from "../../../../../app/charts/axes/axisTicks.ts";
import { categoryAt, categoryLabels, wrapText } from "../../../../../app/charts/axes/categoryAxis.ts";
import { layoutChart } from "../../../../../app/charts/layout/chartGeometry.ts";

const names = ["λ=0.005", "features λ_W=0.005 λ_H=0.00001", "slack λ=0.005 ρ=0.01", "AdamW λ=0.005 (control)", "no decay"];

test("a place, and what was moved aside from it, has its category's name", () => {
  expect([-0.3, 0, 0.4, 4.3].map((place) => categoryAt(place, names))).toEqual([names[0], names[0], names[0], names[4]]);
});

test("a name breaks at its spaces only", () => {
  expect(wrapText("slack λ=0.005 ρ=0.01", 13)).toEqual(["slack λ=0.005", "ρ=0.01"]);
  expect(wrapText("features λ_W=0.005", 4)).toEqual(["features", "λ_W=0.005"]);
});

test("names stand upright where they fit, and steep, in full or shortened, where they do not", () => {
  const wide = categoryLabels(names, 600);
  expect(wide).toMatchObject({ angle: 0, height: 26 });
  expect(wide.lines[1]).toEqual(["features λ_W=0.005", "λ_H=0.00001"]);
  const narrow = categoryLabels(names, 200);
  expect(narrow.angle).toBeLessThan(0);
  expect(narrow.lines[1]).toEqual(["features λ_W=0.005", "λ_H=0.00001"]);
  const many = categoryLabels([...names, ...names], 200);
  expect(many.lines[1]).toEqual(["features λ_W=0.005…"]);
});

test("every category has its place, also while no run has a value", () => {
  const x = { label: "regularizer", kind: "linear", categories: names } as const;
  const { xDomain } = layoutChart([], x, { label: "NC1", kind: "log10" });
  expect(xDomain).toEqual([-0.5, 4.5]);
  expect(axisTicks(x, xDomain, 300).map((tick) => tick.label)).toEqual(names);
});
