import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keptSecret } from "../../../../server/access/keptSecret.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  file = join(folder, "data", "access-key");
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("keptSecret", () => {
  test("is made once, for this user alone", () => {
    const secret = keptSecret(file);
    expect(secret).toMatch(/^[\w-]{32}$/);
    expect([modeOf(file), modeOf(join(folder, "data"))]).toEqual([0o600, 0o700]);
    expect(keptSecret(file)).toBe(secret);
    expect(console.error).not.toHaveBeenCalled();
  });

  test("is closed where others could read it, and stays the same", () => {
    const secret = keptSecret(file);
    chmodSync(file, 0o644);
    expect(keptSecret(file)).toBe(secret);
    expect(modeOf(file)).toBe(0o600);
  });

  const damages: [string, () => void][] = [
    ["is empty", () => writeFileSync(file, "")],
    ["is cut", () => writeFileSync(file, "abc")],
    ["is far too long", () => writeFileSync(file, "x".repeat(5_000))],
    ["could be written by every user", () => chmodSync(file, 0o666)],
    [
      "is a folder",
      () => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      "is a link",
      () => {
        rmSync(file);
        writeFileSync(join(folder, "elsewhere"), "y".repeat(40));
        symlinkSync(join(folder, "elsewhere"), file);
      },
    ],
  ];
  test.each(damages)("is set aside by name and made again where it %s", (_how, damage) => {
    const before = keptSecret(file);
    damage();
    const secret = keptSecret(file);
    expect(secret).toMatch(/^[\w-]{32}$/);
    expect(secret).not.toBe(before);
    expect(modeOf(file)).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(`${secret}\n`);
    expect(readdirSync(join(folder, "data")).some((name) => /^access-key\.unusable-\d+$/.test(name))).toBe(true);
    expect(vi.mocked(console.error).mock.calls[0][0]).toContain("set aside as");
    expect(keptSecret(file)).toBe(secret);
  });

  test("says which file it is when it can be neither read nor made", () => {
    writeFileSync(join(folder, "data"), "a file where the folder should be");
    expect(() => keptSecret(file)).toThrow(`The secret in ${file} can be neither read nor made`);
  });
});
