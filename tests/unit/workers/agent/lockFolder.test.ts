import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "../../../../workers/agent/lockFolder.ts";
import { isAlive, processIdentity } from "../../../../workers/agent/machine/processIdentity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("refuses a second holder, naming the first, until it is given back", () => {
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`another worker (process ${process.pid}) is using ${folder}`);
  unlock();
  lockFolder(folder)();
  expect(readdirSync(folder)).toEqual([]);
});

test("passes over the lock of a process that is gone, also when its number was given to another", async () => {
  const other = spawn("sleep", ["60"]);
  const identity = processIdentity(other.pid!)!;
  writeFileSync(join(folder, "agent.lock"), `${identity}\n`);
  expect(() => lockFolder(folder)).toThrow(/another worker/);
  other.kill("SIGKILL");
  await once(other, "close");
  expect(isAlive(identity)).toBe(false);
  lockFolder(folder)();
  writeFileSync(join(folder, "agent.lock"), `${process.pid}:1\n`);
  lockFolder(folder)();
});
