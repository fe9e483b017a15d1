import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { CreateMultipartUploadCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Artefact, Artefacts } from "../../../server/artefacts/artefacts.ts";
import { folderArtefacts } from "../../../server/artefacts/folderArtefacts.ts";
import { s3Artefacts } from "../../../server/artefacts/s3Artefacts.ts";
import { S3Store } from "../../support/processes/s3Store.ts";

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const describeFile = (runId: string, name: string, content: Buffer, attempt = 1) => ({
  ...{ runId, attempt, name },
  ...{ bytes: content.length, sha256: sha256(content) },
});
const withoutTime = ({ at: _at, ...file }: Artefact) => file;

interface Place {
  open(): Promise<Artefacts>;
  close(): Promise<void>;
  /** Leaves half a file behind, as a killed server does. */
  leaveHalf(): Promise<void>;
  halves(): number;
  /** Cuts a file in the store off behind the server's back. */
  cut(file: Omit<Artefact, "at">, bytes: number): void;
}

let folder: string;
const inFolder: Place = {
  async open() {
    folder = mkdtempSync(join(tmpdir(), "collapsar-artefacts-"));
    return folderArtefacts(folder, 0);
  },
  async close() {
    rmSync(folder, { recursive: true });
  },
  async leaveHalf() {
    writeFileSync(join(folder, `${randomUUID()}.part`), "half");
  },
  halves: () => readdirSync(folder).filter((name) => name.endsWith(".part")).length,
  cut: (file, bytes) => truncateSync(join(folder, file.runId, `${file.attempt}.${file.sha256}.${file.name}`), bytes),
};

let store: S3Store;
const client = () => new S3Client({ ...store.settings, forcePathStyle: true });
const inS3: Place = {
  async open() {
    store = await S3Store.start();
    return s3Artefacts(store.settings);
  },
  close: () => store.stop(),
  async leaveHalf() {
    await client().send(new CreateMultipartUploadCommand({ Bucket: "studies", Key: `lab/${randomUUID()}/x` }));
  },
  halves: () => store.uploads().length,
  cut: (file, bytes) => truncateSync(store.fileOf(`lab/${file.runId}/${file.attempt}.${file.sha256}.${file.name}`), bytes),
};

describe.each([
  ["a folder", inFolder],
  ["an S3-compatible store", inS3],
] as const)("files of runs in %s", (_where, place) => {
  let artefacts: Artefacts;
  const runId = randomUUID();
  const put = (file: Omit<Artefact, "at">, content: Buffer) => artefacts.put(file, Readable.from([content]));
  beforeAll(async () => {
    artefacts = await place.open();
  });
  afterAll(() => place.close());

  test.each([
    ["of no byte", 0],
    ["of one part", 1_000],
    ["of several parts", 20_000_001],
  ])("%s come back as they were put, also from a byte on", async (_what, bytes) => {
    const content = randomBytes(bytes);
    const file = describeFile(randomUUID(), "resume-1.ckpt", content);
    await put(file, content);
    expect((await buffer(await artefacts.get(file))).equals(content)).toBe(true);
    const from = Math.floor(bytes / 3);
    expect((await buffer(await artefacts.get(file, from))).equals(content.subarray(from))).toBe(true);
    expect((await buffer(await artefacts.get(file, bytes))).length).toBe(0);
    expect((await artefacts.list(file.runId)).map(withoutTime)).toEqual([file]);
  });

  test("of several attempts and of one name with other bytes lie beside each other, in pages of a list", async () => {
    const contents = [1, 2, 3, 4, 5].map((attempt) => ({ attempt, content: Buffer.from(`of attempt ${attempt}`) }));
    const files = contents.map(({ attempt, content }) => describeFile(runId, "checkpoint-7.ckpt", content, attempt));
    for (const [index, file] of files.entries()) await put(file, contents[index].content);
    await put(files[0], contents[0].content);
    const byAttempt = (a: { attempt: number }, b: { attempt: number }) => a.attempt - b.attempt;
    expect((await artefacts.list(runId)).map(withoutTime).sort(byAttempt)).toEqual(files);
    expect(await artefacts.runs()).toContain(runId);
    await artefacts.remove(files[1]);
    await artefacts.remove(files[1]);
    expect((await artefacts.list(runId)).map(({ attempt }) => attempt).sort()).toEqual([1, 3, 4, 5]);
    await expect(artefacts.get(files[1])).rejects.toMatchObject({ code: "NOT_FOUND" });
    await artefacts.removeRun(runId);
    expect(await artefacts.list(runId)).toEqual([]);
    expect(await artefacts.runs()).not.toContain(runId);
  });

  test.each([
    ["too few bytes", (content: Buffer) => content.subarray(1), "Received 9 of the 10 bytes"],
    ["too many bytes", (content: Buffer) => Buffer.concat([content, content]), "More than the 10 bytes"],
    ["other bytes", (content: Buffer) => Buffer.from(content.toString().replace("0", "x")), "sha256"],
  ])("are refused with %s, and nothing is left of them", async (_what, change, message) => {
    const content = Buffer.from("0123456789");
    const file = describeFile(runId, "features.safetensors", content);
    await expect(put(file, change(content))).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining(message),
    });
    expect(await artefacts.list(runId)).toEqual([]);
    expect(place.halves()).toBe(0);
  });

  test("of a sender that breaks off after several parts are not there", async () => {
    const content = randomBytes(20_000_000);
    const file = describeFile(runId, "features.safetensors", content);
    const broken = Readable.from(
      (async function* () {
        yield content.subarray(0, 18_000_000);
        throw new Error("the sender is gone");
      })(),
    );
    await expect(artefacts.put(file, broken)).rejects.toThrow("the sender is gone");
    expect(await artefacts.list(runId)).toEqual([]);
    expect(place.halves()).toBe(0);
  });

  test("of a sender who was gone before they were asked for are not waited for", async () => {
    const gone = Readable.from([Buffer.from("0123456789")]);
    gone.destroy();
    await expect(artefacts.put(describeFile(runId, "features.safetensors", Buffer.from("0123456789")), gone)).rejects.toThrow(
      "cut off",
    );
    expect(await artefacts.list(runId)).toEqual([]);
    expect(place.halves()).toBe(0);
  });

  test("that were cut off in the store are missing, from whatever byte on", async () => {
    const content = randomBytes(1_000);
    const file = describeFile(randomUUID(), "resume-1.ckpt", content);
    await put(file, content);
    place.cut(file, 600);
    for (const from of [0, 300])
      await expect(artefacts.get(file, from)).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining("is damaged"),
      });
  });

  test("that a killed server left half written go when they are old enough, and not before", async () => {
    await place.leaveHalf();
    await artefacts.tidy(3_600_000);
    expect(place.halves()).toBe(1);
    await artefacts.tidy(0);
    expect(place.halves()).toBe(0);
  });

  test("carry the mark of the database that they belong to", async () => {
    expect(await artefacts.readMark()).toBeNull();
    await artefacts.writeMark("one");
    expect(await artefacts.readMark()).toBe("one");
    expect(await artefacts.runs()).not.toContain("belongs-to");
  });

  test("have ids of runs and no other names in front", async () => {
    const file = describeFile("../../etc", "features.safetensors", Buffer.from("x"));
    await expect(put(file, Buffer.from("x"))).rejects.toThrow("is not the id of a run");
    await expect(artefacts.removeRun("..")).rejects.toThrow("is not the id of a run");
  });
});

describe("an S3-compatible store that cannot", () => {
  const content = Buffer.from("some bytes");
  const file = describeFile(randomUUID(), "features.safetensors", content);
  const storing = (change: Partial<S3Store["settings"]> = {}) =>
    s3Artefacts({ ...store.settings, ...change }).put(file, Readable.from([content]));
  beforeAll(async () => {
    store = await S3Store.start();
  });
  afterAll(() => store.stop());

  test.each([
    [
      "another secret",
      { credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wrong" } },
      "COLLAPSAR_S3_SECRET_ACCESS_KEY",
    ],
    ["another key", { credentials: { accessKeyId: "AKIDOTHER", secretAccessKey: "wrong" } }, "COLLAPSAR_S3_ACCESS_KEY_ID"],
    ["another bucket", { bucket: "elsewhere" }, "COLLAPSAR_S3_BUCKET"],
  ])("be used with %s says which setting is wrong", async (_what, change, named) => {
    await expect(storing(change)).rejects.toMatchObject({ code: "NOT_ALLOWED", message: expect.stringContaining(named) });
  });

  test("store anything says so, and does again later", async () => {
    store.fail("503");
    await expect(storing()).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("status 503") });
    store.fail("507");
    await expect(storing()).rejects.toMatchObject({ code: "DISK_FULL", message: expect.stringContaining("no room left") });
    store.fail(null);
    await store.kill();
    await expect(storing()).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("ECONNREFUSED") });
    await store.again();
    await storing();
    expect(store.keys()).toEqual([`lab/${file.runId}/1.${file.sha256}.features.safetensors`]);
  });
});
