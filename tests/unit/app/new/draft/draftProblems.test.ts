import { expect, test } from "vitest";
import { type Draft, firstDraft } from "../../../../../app/new/draft/draft.ts";
import { draftProblems, problemAt } from "../../../../../app/new/draft/draftProblems.ts";
import { presets } from "../../../../../contract/presets/presets.ts";

const withConfig = (patch: Partial<Draft["config"]>): Draft => ({
  ...firstDraft(),
  config: { ...firstDraft().config, ...patch },
});

test("every preset can be launched as it is", () => {
  for (const preset of presets)
    expect(draftProblems({ name: preset.title, note: "", tags: [], priority: "normal", config: preset.config })).toEqual([]);
});

test("a value out of bounds is named with its bound, at its place", () => {
  const problems = draftProblems(withConfig({ depths: [2, 65], widths: [] }));
  expect(problemAt(problems, "config.depths")).toBe("65 is not valid: a depth must be at most 64.");
  expect(problemAt(problems, "config.widths")).toBe("Choose at least one width.");
  expect(problemAt(problems, "config.seeds")).toBeNull();
});

test("bounds of nested and united fields are in plain words", () => {
  const { training } = firstDraft().config;
  const problems = draftProblems(withConfig({ training: { ...training, batch: 0, warmupSteps: -1, learningRate: Number.NaN } }));
  expect(problemAt(problems, "config.training.batch")).toBe("0 is not valid: it must be at least 1.");
  expect(problemAt(problems, "config.training.warmupSteps")).toBe("-1 is not valid: it must be at least 0.");
  expect(problemAt(problems, "config.training.learningRate")).toBe("Enter a number, such as 0.005 or 1e-3.");
});
