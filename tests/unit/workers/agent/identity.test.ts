import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Identity } from "../../../../workers/agent/identity.ts";

const damages: Record<string, (path: string) => void> = {
  "a folder": (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  "an empty file": (path) => writeFileSync(path, ""),
  "a damaged byte": (path) => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 0xa5;
    writeFileSync(path, bytes);
  },
  "a link to nowhere": (path) => {
    rmSync(path);
    symlinkSync("nowhere", path);
  },
  "a link to itself": (path) => {
    rmSync(path);
    symlinkSync(path, path);
  },
};
const greeting = { count: 7, nonce: "n".repeat(32) };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-identity-"));
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(damages))("F25: %s in place of", (kind) => {
  test.each(["worker-id", "worker-id.copy", "greeting.json", "greeting.json.copy"])(
    "%s: the other of the two is used",
    (name) => {
      const before = new Identity(folder);
      before.keepGreeting(greeting);
      damages[kind](join(folder, name));
      const after = new Identity(folder);
      expect(after.workerId).toBe(before.workerId);
      expect(after.forHello().greeting).toEqual(greeting);
      // The next life does not need the other any more.
      if (name.endsWith(".copy")) return;
      rmSync(join(folder, `${name}.copy`));
      expect(readdirSync(folder)).toContainEqual(expect.stringMatching(new RegExp(`^${name}\\.set-aside-`)));
      const next = new Identity(folder);
      expect(next.workerId).toBe(before.workerId);
      expect(next.forHello().greeting).toEqual(greeting);
    },
  );

  test("both of the identity: there is a new one, and both are set aside", () => {
    const before = new Identity(folder);
    for (const name of ["worker-id", "worker-id.copy"]) damages[kind](join(folder, name));
    const after = new Identity(folder);
    expect(after.workerId).not.toBe(before.workerId);
    expect(new Identity(folder).workerId).toBe(after.workerId);
    expect(readdirSync(folder).filter((name) => name.includes(".set-aside-"))).toHaveLength(2);
  });
});
