import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import type { RunRow } from "../../../contract/wire/views.ts";
import { long, RealStudy, short } from "../../support/builders/realStudy.ts";
import { postgresProgram, startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { node } from "../../support/processes/workerProcess.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "collapsar-backup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: "backup" | "restore", dataDir: string, args: string[], env: Record<string, string> = {}) =>
  run(node, [`server/backup/${name}.ts`, ...args], {
    cwd: projectRoot,
    env: { ...process.env, COLLAPSAR_DATA_DIR: dataDir, ...env },
  });
const refusal = async (call: Promise<unknown>) => ((await call.catch((error) => error)) as { stderr: string }).stderr;

/** A finished run, and two that are under way when the backup is made and went on since. */
async function underLoad(study: RealStudy, backUp: () => Promise<void>) {
  await study.startWorker(2);
  const [done] = await study.launch(short);
  await study.reaches(done, "finished");
  await expect.poll(async () => (await study.detail(done)).files.length).toBeGreaterThan(0);
  const going = await study.launch({ ...long, seeds: [0, 1] });
  for (const each of going) await study.measuredTo(each, 3_000);
  await backUp();
  for (const each of going) await study.measuredTo(each, 8_000);
  await study.server.kill();
  return { done, going };
}

async function expectWhole(study: RealStudy, { done, going }: { done: RunRow; going: RunRow[] }) {
  for (const each of going) await study.reaches(each, "finished", 180_000);
  for (const each of [done, ...going]) await study.expectExact(each);
  const [file] = (await study.detail(done)).files;
  const response = await fetch(`${study.server.url}/export/runs/${done.id}/${file.name}`);
  expect((await response.arrayBuffer()).byteLength).toBe(file.bytes);
}

describe("F19: a backup of the embedded database while runs are training", () => {
  const study = RealStudy.forTests();

  test("is restored, and nothing that was measured is missing or doubled, files included", async () => {
    const file = join(folder, "embedded.tar.gz");
    const { dataDir } = study.server;
    const runs = await underLoad(study, async () => {
      const { stdout } = await program("backup", dataDir, ["--to", file]);
      expect(stdout).toMatch(/embedded\.tar\.gz: [\d.]+ MB/);
      expect(statSync(file).mode & 0o077).toBe(0);
      // Nothing of it stays in the data folder, and a running server is not written over.
      expect(readdirSync(dataDir).filter((name) => name.startsWith("backup-"))).toEqual([]);
      expect(await refusal(program("restore", dataDir, ["--from", file, "--replace"]))).toMatch(/is in use by process/);
    });
    expect(await refusal(program("restore", dataDir, ["--from", file]))).toMatch(/already holds a database.*add --replace/);
    const { stdout } = await program("restore", dataDir, ["--from", file, "--replace"]);
    expect(stdout).toMatch(/holds the backup of \d{4}-/);
    expect(readdirSync(dataDir).some((name) => name.startsWith("before-restore-"))).toBe(true);
    await study.server.again();
    await expectWhole(study, runs);
  });

  test("can be made while the server is stopped, and opened elsewhere", async () => {
    await study.startWorker(1);
    const [done] = await study.launch(short);
    await study.reaches(done, "finished");
    const file = join(folder, "offline.tar.gz");
    await study.server.pause();
    await program("backup", study.server.dataDir, ["--to", file]);
    await study.server.again();
    const elsewhere = join(folder, "elsewhere");
    await program("restore", elsewhere, ["--from", file]);
    const other = await TestServer.start({ dataDir: elsewhere });
    expect((await other.call("runs.get", { id: done.id })).row.status).toBe("finished");
    await other.stop();
  });

  test("that is none, or damaged, changes nothing", async () => {
    const target = join(folder, "target");
    const other = join(folder, "other.tar.gz");
    await run("tar", ["-czf", other, "-C", projectRoot, "README.md"]);
    expect(await refusal(program("restore", target, ["--from", other]))).toMatch(/other\.tar\.gz is not a Collapsar backup/);
    const cut = join(folder, "cut.tar.gz");
    cpSync(other, cut);
    await run("truncate", ["-s", "1000", cut]);
    expect(await refusal(program("restore", target, ["--from", cut]))).toMatch(/cut\.tar\.gz could not be read/);
    expect(readdirSync(target).filter((name) => !name.startsWith("server."))).toEqual([]);
    expect(await refusal(program("backup", target, []))).toMatch(/npm run backup -- --to FILE\.tar\.gz/);
  });
});

describe("F19: a backup of an external database while runs are training", () => {
  let postgres: TestPostgres;
  const environment: Record<string, string> = {};
  const study = RealStudy.forTests(environment, async () => {
    postgres = await startPostgres();
    environment.DATABASE_URL = postgres.url;
  });
  afterAll(() => postgres?.stop());

  test("by pg_dump and a copy of the files is restored, and nothing that was measured is missing or doubled", async () => {
    const [dump, files] = [join(folder, "external.dump"), join(folder, "external-artefacts")];
    const { dataDir } = study.server;
    expect(await refusal(program("backup", dataDir, ["--to", dump], environment))).toMatch(
      /Back it up with: pg_dump --format=custom/,
    );
    const runs = await underLoad(study, async () => {
      await run(postgresProgram("pg_dump"), ["--format=custom", `--file=${dump}`, postgres.url]);
      cpSync(join(dataDir, "artefacts"), files, { recursive: true });
    });
    rmSync(join(dataDir, "artefacts"), { recursive: true });
    const restored = new URL(postgres.url);
    restored.pathname = "/restored";
    await run(postgresProgram("psql"), [postgres.url, "-c", "create database restored"]);
    await run(postgresProgram("pg_restore"), ["--exit-on-error", `--dbname=${restored}`, dump]);
    environment.DATABASE_URL = restored.toString();
    cpSync(files, join(dataDir, "artefacts"), { recursive: true });
    await study.server.again();
    await expectWhole(study, runs);
  });
});
