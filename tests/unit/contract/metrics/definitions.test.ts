import { describe, expect, test } from "vitest";
import { architectureLabel } from "../../../../contract/config/architecture.ts";
import { expandGrid, experimentConfig, launchInput } from "../../../../contract/config/experimentConfig.ts";
import { blocksOf, depthText, layersOf } from "../../../../contract/config/networkForm.ts";
import { runConfig } from "../../../../contract/config/runConfig.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const base = presets.find(({ id }) => id === "first-steps")!.config;
const mnist = { id: "mnist", trainPerClass: 10, testPerClass: 10 } as const;
const grid = (architectures: unknown[]) => ({ ...base, datasets: [mnist], architectures, depths: [5], seeds: [0] });
const launched = (architectures: unknown[]) => expandGrid(launchInput.parse({ name: "a", config: grid(architectures) }).config);

describe("the definition of a network", () => {
  test("gives transformers L blocks and residual networks L − 1; by the first definition transformers had L − 1", () => {
    const of = (architecture: "rn1" | "rn2" | "conv" | "t11" | "t22" | "ufm", definition?: 1 | 2) => {
      const config = { architecture, normalization: "post-ln" as const, definition, depth: architecture === "ufm" ? 1 : 5 };
      return [blocksOf(config), layersOf(config)];
    };
    for (const name of ["rn1", "rn2", "conv"] as const) expect([of(name), of(name, 2)]).toEqual(Array(2).fill([4, 5]));
    for (const name of ["t11", "t22"] as const)
      expect([of(name), of(name, 1), of(name, 2)]).toEqual([
        [4, 5],
        [4, 5],
        [5, 6],
      ]);
    expect(of("ufm")).toEqual([0, 1]);
    expect(depthText({ architecture: "t11", normalization: "post-ln", definition: 2, depth: 5 })).toBe("5 (5 blocks)");
    expect(depthText({ architecture: "rn1", normalization: "post-ln", depth: 2 })).toBe("2 (X₁ and 1 block)");
  });

  test("is the current one in what is launched, and the first in a stored config that says none", () => {
    const networks = [
      { name: "t11" },
      { name: "rn1", normalization: "pre-ln" },
      { name: "rn1" },
      { name: "conv", normalization: "pre-ln-open" },
    ];
    expect(launched(networks).map((run) => run.definition)).toEqual([2, 2, undefined, undefined]);
    expect(launched([{ name: "t11", definition: 1 }])[0].definition).toBe(1);
    expect(expandGrid(experimentConfig.parse(grid([{ name: "t11" }])))[0].definition).toBeUndefined();
    expect(runConfig.safeParse({ ...launched([{ name: "t11" }])[0], definition: 3 }).success).toBe(false);
  });

  test("is refused twice for one network", () => {
    for (const name of ["t11", "rn1"])
      expect(launchInput.safeParse({ name: "a", config: grid([{ name }, { name, definition: 2 }]) }).error?.issues).toMatchObject(
        [{ path: ["config", "architectures"], message: "list each architecture only once" }],
      );
  });

  test("is said in the label where it is not the current one", () => {
    expect(architectureLabel("t11", { normalization: "post-ln" })).toBe("T11 (L − 1 blocks)");
    expect(architectureLabel("t11", { normalization: "post-ln", definition: 2 })).toBe("T11");
    expect(architectureLabel("t22", { normalization: "pre-ln", heads: 4 })).toBe(
      "T22 pre-LN without first LN 4 heads (L − 1 blocks)",
    );
    expect(architectureLabel("rn1", { normalization: "pre-ln" })).toBe("RN1 pre-LN without first LN");
    expect(architectureLabel("rn1", { normalization: "pre-ln", definition: 2 })).toBe("RN1 pre-LN");
    expect(architectureLabel("rn1", { normalization: "post-ln" })).toBe("RN1");
  });
});

describe("the presets of the paper", () => {
  const of = (id: string) => presets.find((one) => one.id === id)!.config;
  test("have the paper's depths: the first three rows of Figure 1 from 3 blocks", () => {
    for (const id of ["rn1-cifar10-full", "t11-cifar10-full", "t11-text-full"])
      expect(of(id).depths).toEqual([3, 5, 8, 13, 21, 34]);
    for (const id of ["rn2-mnist-full", "rn1-t11-mnist-full"]) expect(of(id).depths).toEqual([2, 3, 5, 8, 13, 21, 34]);
  });
  test("have the paper's decay: 0.005/L with the head's 0.005 in Figure 1, a constant 0.0025 in Figure 2", () => {
    for (const id of ["rn2-mnist-full", "rn2-mnist-tonight"])
      expect(of(id).regularizers).toMatchObject([
        { objective: "split", lambda: 0.005, scaling: "inverse-depth", headLambda: 0.005 },
        { objective: "uniform", lambda: 0.0025, scaling: "constant" },
      ]);
    for (const id of ["rn1-cifar10-full", "t11-cifar10-full", "t11-text-full", "rn1-t11-mnist-full"])
      expect(of(id).regularizers).toMatchObject([{ objective: "uniform", lambda: 0.005, scaling: "constant" }]);
  });
  test("are of the current definition", () => {
    for (const { config } of presets)
      expect(launchInput.parse({ name: "a", config }).config.architectures).toEqual(config.architectures);
  });
});
