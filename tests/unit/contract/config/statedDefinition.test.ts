import { expect, test } from "vitest";
import { expandGrid, launchInput } from "../../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../../contract/config/gridOfRun.ts";
import { stateRunDefinition } from "../../../../contract/config/statedDefinition.ts";
import { smallRun } from "../../workers/builders.ts";

test("a stored network of the first definition is launched again as that, and not as the current one", () => {
  const stored = smallRun({ normalization: "pre-ln", definition: undefined });
  expect(stored.definition).toBeUndefined();
  const stated = stateRunDefinition(stored);
  expect(stated.definition).toBe(1);
  expect(expandGrid(launchInput.parse({ name: "again", config: gridOfRun(stated) }).config)).toEqual([stated]);
  const post = smallRun({ definition: undefined });
  expect(stateRunDefinition(post)).toEqual(post);
  expect(expandGrid(launchInput.parse({ name: "again", config: gridOfRun(post) }).config)).toEqual([post]);
});
