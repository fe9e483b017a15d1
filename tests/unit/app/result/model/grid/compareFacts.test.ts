import { expect, test } from "vitest";
import { compareFacts } from "../../../../../../app/result/model/grid/compareFacts.ts";
import { configFacts } from "../../../../../../contract/facts/configFacts.ts";
import { aConfig } from "../../../builders.ts";

test("tells what all runs share from what differs, values by size", () => {
  const runs = [8, 2, 13].map((depth) => configFacts(aConfig({ depth })));
  const { shared, differs } = compareFacts(runs);
  expect(differs).toEqual([["Depth L", "2 (X₁ and 1 block); 8 (X₁ and 7 blocks); 13 (X₁ and 12 blocks)"]]);
  expect(shared).toHaveLength(runs[0].length - 1);
  expect(Object.fromEntries(shared)).toMatchObject({
    Optimizer: "Adam, β₁ 0.9, β₂ 0.999, ε 1e-8",
    Initialization: "standard deviation 1·√(1/fan-in); of each branch's last matrix 1 times that",
  });
});

test("counts many values, and takes a choice that only some have as different", () => {
  const { differs } = compareFacts(Array.from({ length: 20 }, (_, seed) => configFacts(aConfig({ seed }))));
  expect(differs).toEqual([["Seed", "20 values, 0 … 19"]]);
  const free = configFacts(aConfig({ architecture: "ufm", depth: 1 }));
  expect(compareFacts([free, configFacts(aConfig())]).differs.map(([name]) => name)).toEqual(
    expect.arrayContaining(["Architecture", "Depth L", "Width d", "Dimension d"]),
  );
});
