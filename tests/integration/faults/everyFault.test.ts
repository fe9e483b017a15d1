import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = import.meta.dirname;

/** Faults that have a name; each has a file here whose tests begin with it. */
const faults = Array.from({ length: 19 }, (_, index) => index + 1);

test.each(faults)("F%i has a test of its name", (fault) => {
  const file = readdirSync(folder).filter((name) => name.startsWith(`F${String(fault).padStart(2, "0")}-`));
  expect(file.length).toBeGreaterThan(0);
  for (const name of file) expect(readFileSync(`${folder}/${name}`, "utf8")).toMatch(new RegExp(`["'\`]F${fault}: `));
});
