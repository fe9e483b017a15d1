import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureFolder, setAside } from "../../../../workers/files/setAside.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-aside-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("F25: what is set aside has a name that says when; of one folder the newest five are kept", () => {
  for (let n = 1; n <= 8; n++) {
    const path = join(folder, "lock");
    if (n % 2 === 0) mkdirSync(path);
    else writeFileSync(path, String(n));
    expect(setAside(path)).toMatch(/^lock\.set-aside-\d{8}T\d{6}Z(-\d)?$/);
  }
  const kept = readdirSync(folder);
  expect(kept).toHaveLength(5);
  const files = kept.filter(
    (name) =>
      !readdirSync(folder, { withFileTypes: true })
        .find((entry) => entry.name === name)
        ?.isDirectory(),
  );
  expect(files.map((name) => readFileSync(join(folder, name), "utf8")).sort()).toEqual(["5", "7"]);
});

test("F25: a folder is made also where something else is in its place, and a link to one is left", () => {
  writeFileSync(join(folder, "spool"), "x");
  expect(ensureFolder(join(folder, "spool"))).toMatch(/^spool\.set-aside-/);
  expect(ensureFolder(join(folder, "spool"))).toBe(null);
  symlinkSync("spool", join(folder, "linked"));
  expect(ensureFolder(join(folder, "linked"))).toBe(null);
});
