import { expect, test } from "vitest";
import { patchedAddress } from "../../../../../app/address/useAddress.ts";
import { type ExternalView, externalPatch, readExternalView } from "../../../../../app/result/external/view/externalView.ts";

const round = (changes: Partial<ExternalView>) => {
  const address = patchedAddress("/e/x?seed=all", externalPatch(changes));
  const search = new URL(address, "http://page").searchParams;
  return { address, view: readExternalView((name) => search.get(name)) };
};

test("what is chosen lives in the address, whatever signs a key has", () => {
  const { view } = round({
    axis: { of: "key", key: "step" },
    lineKeys: ["a,b", "none", "key:x", "100 %"],
    measure: "log/train, loss",
    smoothing: 0.5,
    allKeys: true,
  });
  expect(view).toMatchObject({
    axis: { of: "key", key: "step" },
    lineKeys: ["a,b", "none", "key:x", "100 %"],
    measure: "log/train, loss",
    smoothing: 0.5,
    allKeys: true,
    seed: "all",
  });
  expect(round({ axis: { of: "step" }, lineKeys: [] }).view).toMatchObject({ axis: { of: "step" }, lineKeys: [] });
  expect(round({ axis: null, lineKeys: null, measure: null, allKeys: false }).address).toBe("/e/x?seed=all");
});

test("what the address does not say right is not chosen", () => {
  const view = (text: string) => readExternalView((name) => new URLSearchParams(text).get(name));
  expect(view("over=depth&metric=nope&lines=%25E0%25A4")).toMatchObject({ axis: null, measure: null, lineKeys: null });
  expect(view("metric=loss")).toMatchObject({ measure: "loss" });
});
