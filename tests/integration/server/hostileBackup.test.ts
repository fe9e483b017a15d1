import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { node } from "../../support/processes/workerProcess.ts";

const run = promisify(execFile);
const place = mkdtempSync(join(tmpdir(), "collapsar-hostile-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
let made = 0;

/** A backup as far as it goes, with whatever is added to it. @returns what its restoring said */
async function restoring(add: (folder: string) => unknown): Promise<{ said: string; target: string }> {
  const folder = join(place, `made-${++made}`);
  const [file, target] = [`${folder}.tar.gz`, `${folder}-target`];
  for (const name of ["database", "artefacts"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "database/PG_VERSION"), "17\n");
  writeFileSync(
    join(folder, "collapsar-backup.json"),
    JSON.stringify({ kind: "collapsar-backup", version: 1, at: "x", program: "x" }),
  );
  await add(folder);
  await run("tar", ["-czf", file, "-C", folder, "."]);
  const env = { ...process.env, COLLAPSAR_DATA_DIR: target, DATABASE_URL: "" };
  const said = await run(node, ["server/backup/restore.ts", "--from", file], { cwd: projectRoot, env }).then(
    ({ stdout }) => stdout,
    (error) => (error as { stderr: string }).stderr,
  );
  return { said, target };
}

describe("A backup that somebody changed", () => {
  const outside = join(place, "outside");
  const runFolder = "artefacts/00000000-0000-4000-8000-000000000000";

  test.each<[string, string, (folder: string) => unknown]>([
    [
      "a folder of files that is a link",
      "artefacts",
      (folder) => {
        rmSync(join(folder, "artefacts"), { recursive: true });
        symlinkSync(outside, join(folder, "artefacts"));
      },
    ],
    [
      "a run's file that is a link",
      `${runFolder}/1.${"0".repeat(64)}.features.safetensors`,
      (folder) => {
        mkdirSync(join(folder, runFolder));
        symlinkSync("/etc/passwd", join(folder, runFolder, `1.${"0".repeat(64)}.features.safetensors`));
      },
    ],
    ["a pipe", "database/postmaster.pid", (folder) => run("mkfifo", [join(folder, "database/postmaster.pid")])],
  ])("is refused with %s", async (_what, name, add) => {
    mkdirSync(outside, { recursive: true });
    chmodSync(outside, 0o755);
    const { said, target } = await restoring(add);
    expect(said).toContain(`is not a Collapsar backup, or was changed: "${name}" is neither a file nor a folder.`);
    expect(said).not.toMatch(/\n\s+at /);
    expect(statSync(outside).mode & 0o777).toBe(0o755);
    expect(readdirSync(target)).not.toContain("database");
    expect(readdirSync(target).filter((entry) => entry.startsWith("restore-"))).toEqual([]);
  });

  test.each(["no JSON", "null", "7"])("is refused where it says of itself: %s", async (text) => {
    const { said, target } = await restoring((folder) => writeFileSync(join(folder, "collapsar-backup.json"), text));
    expect(said).toMatch(/^\S+\.tar\.gz is not a Collapsar backup\.\n$/);
    expect(existsSync(join(target, "database"))).toBe(false);
  });

  test("is restored for its user's eyes alone, whatever rights its files had", async () => {
    const { said, target } = await restoring((folder) => {
      writeFileSync(join(folder, "database/pg_hba.conf"), "");
      chmodSync(join(folder, "database/pg_hba.conf"), 0o4666);
    });
    expect(said).toMatch(/holds the backup of x/);
    expect(statSync(join(target, "database/pg_hba.conf")).mode & 0o7777).toBe(0o600);
  });
});

test("The socket for backups is its user's alone, also in a folder that was open to others before", async () => {
  const dataDir = join(place, "open");
  mkdirSync(dataDir);
  await copyFreshDatabase(dataDir);
  chmodSync(dataDir, 0o777);
  const server = await TestServer.start({ dataDir });
  try {
    expect(statSync(join(dataDir, "control.sock")).mode & 0o777).toBe(0o600);
  } finally {
    await server.stop();
  }
});
