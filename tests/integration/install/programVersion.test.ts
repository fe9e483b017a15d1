import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { programVersion } from "../../../contract/programVersion.ts";
import { readProgramVersion as ofServer } from "../../../server/program/programVersion.ts";
import { readProgramVersion as ofWorker } from "../../../workers/programVersion.ts";

const manifest = '{"version":"0.1.0"}';

describe("the program's version", () => {
  test("is what git says of the sources, else the commit an archive was packed from, else said to be unknown", () => {
    expect(programVersion(manifest, "v0.2-3-g7b8d17f-dirty", null)).toBe("v0.2-3-g7b8d17f-dirty");
    expect(programVersion(manifest, "7b8d17f", "aaaaaaa")).toBe("0.1.0+7b8d17f");
    expect(programVersion(manifest, "7b8d17f-dirty", null)).toBe("0.1.0+7b8d17f-dirty");
    expect(programVersion(manifest, null, "7b8d17f\n")).toBe("0.1.0+7b8d17f");
    expect(programVersion(manifest, null, "$Format:%h$\n")).toBe("0.1.0 (unknown revision)");
    expect(programVersion(null, null, null)).toBe("0 (unknown revision)");
  });
});

describe.each([
  ["server", ofServer],
  ["worker", ofWorker],
])("read by a %s", (_who, read) => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd: folder, stdio: "pipe" })
      .toString()
      .trim();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "collapsar-version-"));
    writeFileSync(join(folder, "package.json"), manifest);
    const root = resolve(import.meta.dirname, "../../..");
    for (const name of [".gitattributes", ".revision"]) cpSync(join(root, name), join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("follows commits, changed files and tags; a folder within another repository is not that repository", () => {
    expect(read(folder)).toBe("0.1.0 (unknown revision)");
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "first");
    const revision = git("rev-parse", "--short", "HEAD");
    expect(read(folder)).toBe(`0.1.0+${revision}`);
    writeFileSync(join(folder, "package.json"), '{"version":"0.1.1"}');
    expect(read(folder)).toBe(`0.1.1+${revision}-dirty`);
    git("checkout", "-q", "package.json");
    git("tag", "v0.1.0");
    git("commit", "-qm", "second", "--allow-empty");
    expect(read(folder)).toBe(`v0.1.0-1-g${git("rev-parse", "--short", "HEAD")}`);
    const inner = join(folder, "vendored");
    mkdirSync(inner);
    writeFileSync(join(inner, "package.json"), manifest);
    expect(read(inner)).toBe("0.1.0 (unknown revision)");
  });

  test("an archive says which commit it was packed from", () => {
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "first");
    const revision = git("rev-parse", "--short", "HEAD");
    git("archive", "--prefix=packed/", "-o", "packed.tar", "HEAD");
    execFileSync("tar", ["xf", "packed.tar"], { cwd: folder });
    expect(read(join(folder, "packed"))).toBe(`0.1.0+${revision}`);
  });
});
