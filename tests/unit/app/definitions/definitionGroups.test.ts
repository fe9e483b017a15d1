import katex from "katex";
import { expect, test } from "vitest";
import {
  definitionGroups,
  floorTex,
  idealText,
  sourceParts,
  theoryTex,
  whenText,
  whereText,
} from "../../../../app/definitions/definitionGroups.ts";
import { notation } from "../../../../app/definitions/notation.ts";
import { allMetrics, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { floorFormulas } from "../../../../math/collapse/numericFloor.ts";

const all = definitionGroups().flatMap(({ definitions }) => definitions);

test("every metric has one entry, under its group, with an anchor that nothing else has", () => {
  expect(all.map(({ id }) => id).sort()).toEqual([...allMetrics].sort());
  const anchors = [...definitionGroups().map(({ id }) => id), ...all.map(({ id }) => id)];
  expect(anchors).toHaveLength(new Set<string>(anchors).size);
  for (const anchor of ["nc0", "nc1", "nc2", "nc3", "nc4"]) expect(anchors).toContain(anchor);
});

test("every formula can be set, and is not the text of the plain one", () => {
  const formulas = [...all.flatMap((one) => [one.tex, floorTex(one), theoryTex(one)]), ...notation.map(([tex]) => tex)];
  for (const tex of formulas) if (tex !== null) katex.renderToString(tex, { throwOnError: true, strict: "error" });
  for (const { id, tex, formula, source } of all) {
    expect(tex, id).not.toBe("");
    expect(/[Σμ√ᵀ‖⁺λρσ]/.test(tex), `${id}: ${tex}`).toBe(false);
    expect(formula, id).not.toBe("");
    expect(source, id).not.toBe("");
  }
});

test("a definition is found by its name, its id, its author without accents, and where it is measured; nothing by other words", () => {
  const ids = (words: string) => definitionGroups(words).flatMap(({ definitions }) => definitions.map(({ id }) => id));
  expect(ids("nc1 tirer")).toEqual(["nc1.ratio"]);
  expect(ids("SUKENIK nc2a")).toEqual(["nc2.frame", "nc2.mframe"]);
  expect(ids("each class")).toEqual(allMetrics.filter((id) => metricInfo[id].scope === "class"));
  expect(ids("riesz")).toEqual(["gnc2.riesz"]);
  expect(ids("no such thing")).toEqual([]);
});

test("say what should be, where and when it is measured, and down to where", () => {
  const of = (id: (typeof allMetrics)[number]) => metricInfo[id];
  expect([whereText(of("nc1.ratio")), whereText(of("nc3.cosine")), whereText(of("loss"))]).toEqual([
    "every layer",
    "last layer",
    "network",
  ]);
  expect([whereText(of("nc1.class")), whereText(of("spectrum"))]).toEqual([
    "last layer, each class",
    "every layer, each value of a spectrum",
  ]);
  expect(whenText(of("nc4.ncc"))).toBe("with each measurement; at fewer where it would take over 1e12 operations");
  expect([idealText(of("nc1.ratio")), idealText(of("accuracy")), idealText(of("norms.centre"))]).toEqual([
    "0, less is better",
    "1, more is better",
    "none: neither more nor less is a goal",
  ]);
  expect(allMetrics.flatMap((id) => (metricInfo[id].floor === null ? [] : [metricInfo[id].floor])).sort()).toEqual(
    expect.arrayContaining(Object.keys(floorFormulas)),
  );
  expect(theoryTex(of("nc1.ratio"))).toBe("L^{-1/2}\\ldots L^{-1/4}");
});

test("a source links to its papers", () => {
  expect(sourceParts("Wu, Papyan (2024), arXiv 2405.17767, Linguistic collapse")).toEqual([
    { text: "Wu, Papyan (2024), ", href: null },
    { text: "arXiv 2405.17767", href: "https://arxiv.org/abs/2405.17767" },
    { text: ", Linguistic collapse", href: null },
  ]);
  expect(sourceParts("a; arXiv math/0503442").at(-1)?.href).toBe("https://arxiv.org/abs/math/0503442");
  expect(sourceParts("Gao et al. (2017), bioRxiv 214262").at(-1)?.href).toBe("https://doi.org/10.1101/214262");
  expect(sourceParts("this program")).toEqual([{ text: "this program", href: null }]);
});
