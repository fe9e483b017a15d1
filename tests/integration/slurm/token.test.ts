import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { admitWorkerToken, listWorkerTokenRows, markTokenRevoked } from "../../../db/queries/workers.ts";
import { digest } from "../../../server/access/secrets.ts";
import { keepLauncherToken } from "../../../server/launchers/launcherToken.ts";
import { copyFreshDatabase } from "../../support/processes/freshDatabase.ts";
import { makeFolder, removeFolder } from "../../support/processes/workerProcess.ts";

const folder = makeFolder();
const file = join(folder, "shared/worker-token");
let database: Database;

beforeAll(async () => {
  await copyFreshDatabase(folder);
  database = await openDatabase({ dataDir: folder, url: null }, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await database?.close();
  removeFolder(folder);
});

const keep = async (): Promise<string> => {
  await keepLauncherToken(database.orm, "slurm", file);
  return readFileSync(file, "utf8").trim();
};
const admitted = async (token: string) => (await admitWorkerToken(database.orm, digest(token))) !== null;

test("the token of ordered workers is kept in a file for its owner alone, and replaced once it is revoked", async () => {
  const first = await keep();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await admitted(first)).toBe(true);
  expect(await keep()).toBe(first);
  chmodSync(file, 0o644);
  expect(await keep()).toBe(first);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const [row] = await listWorkerTokenRows(database.orm);
  expect(row).toMatchObject({ name: "Slurm jobs", launcher: "slurm", local: false });
  await markTokenRevoked(database.orm, row!.id);
  const second = await keep();
  expect(second).not.toBe(first);
  expect([await admitted(first), await admitted(second)]).toEqual([false, true]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
