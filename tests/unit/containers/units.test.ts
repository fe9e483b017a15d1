import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const page = readFileSync(join(root, ".readme/operator/lab.md"), "utf8");
const units = [...page.matchAll(/`\/etc\/systemd\/system\/([\w@.-]+)`[^\n]*\n+```ini\n(.*?)```/gs)].map(
  ([, name, text]) => [name!, text!] as const,
);
const unit = (name: string) => new Map(units).get(name)!;

test("the page has a unit for the server and a template for workers, which stop as the programs do", () => {
  expect(units.map(([name]) => name)).toEqual(["collapsar.service", "collapsar-worker@.service"]);
  for (const [, text] of units) {
    expect(text).toMatch(/^KillSignal=SIGTERM$/m);
    expect(text).toMatch(/^TimeoutStopSec=30$/m);
    expect(text).toMatch(/^NoNewPrivileges=yes$/m);
    expect(text).not.toContain("MemoryDenyWriteExecute");
    const [, program] = /^ExecStart=\/opt\/collapsar\/node_modules\/node\/bin\/node server\/install\/run\.mjs (\S+)/m.exec(text)!;
    expect(existsSync(join(root, program!))).toBe(true);
  }
  expect(unit("collapsar-worker@.service")).toContain("--token-file %d/worker-token --name %H-gpu-%i --slots 1\n");
  expect(unit("collapsar-worker@.service")).toContain("CUDA_VISIBLE_DEVICES=%i");
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("systemd finds nothing wrong with them (skipped where systemd-analyze is not installed)", () => {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-units-"));
  try {
    const files = units.map(([name, text]) => {
      const file = join(folder, name.replace("@.", "@0."));
      // The program is elsewhere on this machine.
      writeFileSync(file, text.replaceAll("/opt/collapsar/node_modules/node/bin/node", process.execPath));
      return file;
    });
    const verify = (given: string[]) => spawnSync("systemd-analyze", ["verify", "--man=no", ...given], { encoding: "utf8" });
    const about = (text: string) => text.split("\n").filter((line) => line.includes("collapsar"));
    expect(about(verify(files).stderr)).toEqual([]);
    const wrong = join(folder, "collapsar-wrong.service");
    writeFileSync(wrong, unit("collapsar.service").replace("KillMode=mixed", "KillMode=gently"));
    expect(about(verify([wrong]).stderr).join("\n")).toContain("gently");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
