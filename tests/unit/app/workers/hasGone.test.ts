import { expect, test } from "vitest";
import { hasGone } from "../../../../app/workers/hasGone.ts";

test("an ephemeral worker that is not connected has gone, and is offered nothing; one that keeps its identity may come back", () => {
  expect(hasGone({ ephemeral: true, connected: false })).toBe(true);
  expect(hasGone({ ephemeral: true, connected: true })).toBe(false);
  expect(hasGone({ ephemeral: false, connected: false })).toBe(false);
  expect(hasGone({ ephemeral: false, connected: true })).toBe(false);
});
