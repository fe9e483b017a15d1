import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ArchiveManifest } from "../../../contract/wire/archiveFormat.ts";
import { finished, logged, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";
import { download, jsonOf, makeZip, sha256, unzip, upload, withManifest, type ZipContent } from "./archiveFiles.ts";

const temporary = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let server: TestServer;
let archive: Buffer;
let files: ZipContent;
beforeAll(async () => {
  server = await TestServer.start({ env: { TMPDIR: temporary } });
  const worker = await RawWorker.connect(server);
  const { id, runs } = await launch(server, grid({ depths: [2] }), { name: "Whole" });
  const lease = await worker.nextAssignment();
  const events = Array.from({ length: 20 }, (_, step) => measured(step));
  await worker.events(lease, numbered([started(), ...events, snapshot(5), logged("hello"), finished()]));
  await untilStatus(server, runs[0].id, "finished");
  worker.close();
  archive = await download(server, id);
  files = await unzip(archive);
});
afterAll(async () => {
  await server?.stop();
  rmSync(temporary, { recursive: true, force: true });
});

const count = async () => (await server.call("experiments.list", {})).total;
const changed = (path: string, content: Buffer | string | null, manifest?: (manifest: ArchiveManifest) => void): ZipContent => {
  const copy = new Map(files);
  if (content === null) copy.delete(path);
  else copy.set(path, Buffer.from(content as string));
  return withManifest(copy, manifest);
};
const edited = (path: string, edit: (value: never) => void) => {
  const value = jsonOf(files, path);
  edit(value as never);
  return changed(path, JSON.stringify(value));
};
const run = "runs/00000/run.json";
const series = "runs/00000/series.json";
/** values.npy with one number replaced. */
const withValue = (value: number) => {
  const values = Buffer.from(files.get("runs/00000/values.npy")!);
  values.writeDoubleLE(value, values.length - 8);
  return changed("runs/00000/values.npy", values);
};
/** A zip file with names that yazl would not write. */
function rawZip(name: string, content: Buffer, { size = content.length, packed = deflateRawSync(content) } = {}): Buffer {
  const [local, central, end] = [Buffer.alloc(30), Buffer.alloc(46), Buffer.alloc(22)];
  const bytes = Buffer.from(name);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(bytes.length, 26);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt32LE(size, 24);
  central.writeUInt16LE(bytes.length, 28);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + bytes.length, 12);
  end.writeUInt32LE(local.length + bytes.length + packed.length, 16);
  return Buffer.concat([local, bytes, packed, central, bytes, end]);
}

type Case = [name: string, make: () => Promise<Buffer> | Buffer, says: RegExp];
const zipOf = (make: () => ZipContent) => () => makeZip(make());
const cases: Case[] = [
  ["nothing", () => Buffer.alloc(0), /no zip file that can be read/],
  ["what is no zip file", () => Buffer.from("x".repeat(500)), /no zip file that can be read/],
  ["a zip file of something else", () => makeZip([["README.txt", Buffer.from("hi")]]), /no manifest\.json/],
  ["one that is cut off", () => archive.subarray(0, archive.length >> 1), /no zip file that can be read/],
  [
    "one with a damaged byte",
    () => {
      const copy = Buffer.from(archive);
      copy.fill(0xff, 3_000, 3_040);
      return copy;
    },
    /damaged|cannot be unpacked|cannot be read|not JSON|no file|sha256/,
  ],
  [
    "a name that leaves the folder",
    () => rawZip("../../etc/cron.d/x", Buffer.from("x")),
    /cannot be read: invalid relative path|has a file/,
  ],
  ["an absolute name", () => rawZip("/etc/passwd", Buffer.from("x")), /absolute path|has a file/],
  ["a name with backslashes", () => rawZip("..\\..\\x", Buffer.from("x")), /backslash|invalid characters|has a file/],
  [
    "a file that no archive has",
    zipOf(() => withManifest(new Map([...files, ["runs/00000/files/run.sh", Buffer.from("x")]]))),
    /run\.sh\\?", which an archive of an experiment has not/,
  ],
  [
    "a file that the manifest does not name",
    zipOf(() => new Map([...files, ["runs/00000/files/features.safetensors", Buffer.from("x")]])),
    /which its manifest does not name/,
  ],
  [
    "a file that its run does not name",
    zipOf(() => withManifest(new Map([...files, ["runs/00000/files/features.safetensors", Buffer.from("x")]]))),
    /run\.json does not name/,
  ],
  ["a missing file", zipOf(() => changed("runs/00000/values.npy", null)), /lacks runs\/00000\/values\.npy/],
  [
    "a file that only the manifest has",
    zipOf(() => new Map([...files].filter(([path]) => path !== "data.json"))),
    /lacks "data\.json"/,
  ],
  [
    "another content than its sha256",
    zipOf(
      () =>
        new Map([...files, ["experiment.json", Buffer.from(files.get("experiment.json")!.toString().replace("Whole", "Other"))]]),
    ),
    /experiment\.json in the archive has another sha256/,
  ],
  [
    "a forged digest of the content",
    zipOf(() => withManifest(files, { content: "0".repeat(64) })),
    /another digest of its content/,
  ],
  [
    "a newer format",
    zipOf(() => withManifest(files, { version: 2 as 1, program: "9.9.9" })),
    /has format 2, written by Collapsar 9\.9\.9; this server reads formats up to 1\. Upgrade this server/,
  ],
  [
    "a manifest of something else",
    zipOf(() => withManifest(files, { format: "other" as "collapsar archive" })),
    /not one of “collapsar archive”/,
  ],
  ["a million runs", zipOf(() => withManifest(files, { runs: 1_000_000 })), /at most 10,000 runs/],
  ["more runs than it names", zipOf(() => withManifest(files, { runs: 2 })), /says 2 runs; origin\.json names 1/],
  [
    "a run of no folder",
    zipOf(() => withManifest(new Map([...files, ["runs/00007/run.json", files.get(run)!]]))),
    /belongs to none of its runs/,
  ],
  [
    "a config that no study has",
    zipOf(() =>
      edited("experiment.json", (value: { config: { depths: number[] } }) => {
        value.config.depths = [1e9];
      }),
    ),
    /experiment\.json in the archive: config\.depths/,
  ],
  [
    "a forged config of a run",
    zipOf(() =>
      edited(run, (value: { config: { width: unknown } }) => {
        value.config.width = "8; drop table runs";
      }),
    ),
    /run\.json in the archive: config\.width/,
  ],
  [
    "a field that no run has",
    zipOf(() =>
      edited(run, (value: Record<string, unknown>) => {
        value.lease = "stolen";
      }),
    ),
    /run\.json in the archive: .*lease/,
  ],
  [
    "__proto__",
    zipOf(() => changed(run, files.get(run)!.toString().replace('"last":{', '"last":{"__proto__":{"admin":1},'))),
    /has a key “__proto__”/,
  ],
  [
    "deep nesting",
    zipOf(() => changed("experiment.json", `${"[".repeat(200_000)}${"]".repeat(200_000)}`)),
    /experiment\.json in the archive is not JSON/,
  ],
  [
    "other data than its runs",
    zipOf(() => changed("data.json", "[]")),
    /data\.json in the archive names other data than its runs/,
  ],
  ["NaN", zipOf(() => withValue(Number.NaN)), /values\.npy in the archive: train\/loss is NaN at step 19/],
  ["infinity", zipOf(() => withValue(Number.POSITIVE_INFINITY)), /is Infinity at step 19/],
  [
    "an array of another type",
    zipOf(() => changed("runs/00000/values.npy", files.get("runs/00000/values.npy")!.toString("latin1").replace("<f8", "<f4"))),
    /not an array of <f8/,
  ],
  [
    "a pickle in place of an array",
    zipOf(() => changed("runs/00000/values.npy", "\x80\x04cos\nsystem\n(S'true'\ntR.")),
    /does not begin like a file of numpy/,
  ],
  [
    "an array that is cut off",
    zipOf(() => changed("runs/00000/steps.npy", files.get("runs/00000/steps.npy")!.subarray(0, 150))),
    /steps\.npy in the archive is cut off/,
  ],
  [
    "an array that is too long",
    zipOf(() => changed("runs/00000/steps.npy", Buffer.concat([files.get("runs/00000/steps.npy")!, Buffer.alloc(4)]))),
    /longer than its head says/,
  ],
  [
    "series of an attempt that is not there",
    zipOf(() =>
      edited(series, (value: { attempt: number }[]) => {
        value[0].attempt = 9;
      }),
    ),
    /attempt 9, which is not there/,
  ],
  [
    "points that count though they are void",
    zipOf(() =>
      edited(series, (value: { valid: number }[]) => {
        value[0].valid = 3;
      }),
    ),
    /3 points of train\/loss are to count/,
  ],
  [
    "a series that leaps",
    zipOf(() =>
      edited(series, (value: { from: number }[]) => {
        value[0].from = 5;
      }),
    ),
    /begins at 5/,
  ],
  [
    "geometry of the wrong size",
    zipOf(() =>
      changed(
        "runs/00000/geometry.ndjson",
        files
          .get("runs/00000/geometry.ndjson")!
          .toString()
          .replace(/"means":\[[^\]]*\]/, '"means":[1]'),
      ),
    ),
    /line 1 of runs\/00000\/geometry\.ndjson in the archive: snapshot\.means: has 1 numbers/,
  ],
  ["a line without an end", zipOf(() => changed("runs/00000/log.ndjson", '{"attempt":1')), /last line of .* is cut off/],
  [
    "lines twice",
    zipOf(() => changed("runs/00000/log.ndjson", `${files.get("runs/00000/log.ndjson")}${files.get("runs/00000/log.ndjson")}`)),
    /Line 2 of .* does not follow/,
  ],
  [
    "a bomb",
    () => rawZip("manifest.json", Buffer.alloc(50_000_000, " ")),
    /The manifest has 50,000,000 bytes; at most 32,000,000 are read/,
  ],
  [
    "a bomb that hides its size",
    () => rawZip("manifest.json", Buffer.alloc(50_000_000, " "), { size: 100 }),
    /cannot be unpacked/,
  ],
  ["a size beyond all bounds", () => rawZip("manifest.json", Buffer.from("{}"), { size: 2 ** 32 - 2 }), /bytes/],
];

describe("an archive is refused that is or has", () => {
  test.each(cases)("%s", async (_name, make, says) => {
    const before = await count();
    const { status, body } = await upload(server, await make());
    expect(body.error?.message).toMatch(says);
    expect(body.error).toMatchObject({ code: "INVALID" });
    expect(status).toBe(400);
    expect(await count()).toBe(before);
  });

  test("the same config twice", async () => {
    const copy = new Map(files);
    for (const [path, content] of files) if (path.startsWith("runs/00000/")) copy.set(path.replace("00000", "00001"), content);
    copy.set("runs/00001/run.json", Buffer.from(JSON.stringify({ ...jsonOf(files, run), ordinal: 1 })));
    const origin = jsonOf(files, "origin.json");
    origin.runs.push({ ordinal: 1, id: "00000000-0000-4000-8000-000000000001" });
    copy.set("origin.json", Buffer.from(JSON.stringify(origin)));
    const { body } = await upload(server, await makeZip(withManifest(copy, { runs: 2 })));
    expect(body.error?.message).toBe("Runs 1 and 2 of the archive have the same config.");
  });
});

test("a query that asks for something else is refused, and so is whoever may not launch", async () => {
  const { rows } = await server.call("experiments.list", { search: "Whole" });
  const asked = await fetch(`${server.url}/api/v1/experiments/${rows[0].id}/archive?files=weights`);
  expect([asked.status, ((await asked.json()) as { error: { message: string } }).error.message]).toEqual([
    400,
    "query.files.0: must be checkpoints or features, or both with a comma between them",
  ]);
  const guarded = await TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: randomBytes(24).toString("base64") } });
  try {
    const refused = async (headers: Record<string, string>) => {
      const answer = await fetch(`${guarded.url}/api/v1/archives`, {
        method: "POST",
        body: new Uint8Array(archive),
        headers: { "content-type": "application/zip", ...headers },
      });
      return answer.status;
    };
    expect(await refused({})).toBe(401);
    expect(await refused({ authorization: "Bearer forged" })).toBe(401);
    expect((await fetch(`${guarded.url}/api/v1/experiments/${rows[0].id}/archive`)).status).toBe(401);
  } finally {
    await guarded.stop();
  }
  const simple = await fetch(`${server.url}/api/v1/archives`, {
    method: "POST",
    body: new Uint8Array(archive),
    headers: { "content-type": "text/plain" },
  });
  expect(simple.status).toBe(415);
  const foreign = await fetch(`${server.url}/api/v1/archives`, {
    method: "POST",
    body: new Uint8Array(archive),
    headers: { "content-type": "application/zip", origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  });
  expect(foreign.status).toBe(403);
});

test("minus zero and the smallest number keep every bit", async () => {
  for (const value of [-0, 5e-324, -1.7976931348623157e308]) {
    const changedFiles = withValue(value);
    const { body } = await upload(server, await makeZip(changedFiles));
    const again = await unzip(await download(server, body.id!));
    expect(sha256(again.get("runs/00000/values.npy")!)).toBe(sha256(changedFiles.get("runs/00000/values.npy")!));
  }
});

test("leaves nothing behind in the folder of temporary files", () => {
  expect(readdirSync(temporary)).toEqual([]);
});
