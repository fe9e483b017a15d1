import { expect, test } from "vitest";
import { fuzz } from "../../fuzz/fuzz.ts";

test("bears spoiled inputs by every door without a crash, a lost promise or a stack in its log", async () => {
  const { kinds, crashes, rejections, stacks } = await fuzz("1", 400);
  expect({ crashes, rejections, stacks }).toEqual({ crashes: [], rejections: [], stacks: [] });
  const told = [...kinds.keys()].join("\n");
  for (const target of ["procedures", "HTTP", "sockets", "parsers"]) expect(told).toContain(`${target}: `);
  // What the program itself cannot explain is a fault of it.
  expect(told).not.toMatch(/procedures: .*INTERNAL/);
  expect([...kinds.values()].reduce((sum, count) => sum + count, 0)).toBe(400);
});
