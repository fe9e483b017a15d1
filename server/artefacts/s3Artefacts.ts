import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { Failure } from "../../contract/failure.ts";
import type { S3Settings } from "../program/artefactSettings.ts";
import {
  type Artefact,
  type ArtefactKey,
  type Artefacts,
  isRunFolder,
  markName,
  parseStoredName,
  requireRunId,
  storedName,
} from "./artefacts.ts";
import { checkedStream } from "./checkedStream.ts";
import { storeFailure } from "./storeFailure.ts";

const partBytes = 8 * 1024 * 1024;
/** A store that takes longer to connect, or to move anything, is taken for away. */
const connectMs = 5_000;
const silenceMs = 30_000;

/** Objects `<prefix><run>/<attempt>.<sha256>.<name>` in a bucket of an S3-compatible store, by path-style addresses. */
export function s3Artefacts(settings: S3Settings): Artefacts {
  const { bucket: Bucket, prefix, endpoint, region, credentials } = settings;
  const client = new S3Client({
    region,
    forcePathStyle: true,
    ...(endpoint !== null && { endpoint }),
    ...(credentials && { credentials }),
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs },
    maxAttempts: 2,
    // Checksums of its own kind are not understood by every store; sha256 of the whole file is checked here.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const place = `the bucket ${Bucket}${prefix && `/${prefix}`} at ${endpoint ?? `AWS (${region})`}`;
  const ask = <T>(asked: Promise<T>): Promise<T> => asked.catch((error) => Promise.reject(storeFailure(error, place)));
  const keyOf = (file: ArtefactKey) => `${prefix}${requireRunId(file.runId)}/${storedName(file)}`;

  async function listRun(runId: string): Promise<Artefact[]> {
    const before = `${prefix}${runId}/`;
    const files: Artefact[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: before }))
      for (const { Key = "", Size = 0, LastModified = new Date() } of page.Contents ?? []) {
        const about = parseStoredName(Key.slice(before.length));
        if (about) files.push({ runId, ...about, bytes: Size, at: LastModified });
      }
    return files;
  }

  async function removeRun(runId: string): Promise<void> {
    const files = await listRun(runId);
    for (let at = 0; at < files.length; at += 1_000) {
      const Objects = files.slice(at, at + 1_000).map((file) => ({ Key: keyOf(file) }));
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      const [error] = Errors;
      if (error) throw Object.assign(new Error(error.Message ?? ""), { name: error.Code ?? "UnknownError" });
    }
  }

  async function listRuns(): Promise<string[]> {
    const ids: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix, Delimiter: "/" }))
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) ids.push(Prefix.slice(prefix.length, -1));
    return ids.filter(isRunFolder);
  }

  async function abortUploads(olderThanMs: number): Promise<void> {
    let after: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
    while (after) {
      const page: ListMultipartUploadsCommandOutput = await client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...after }),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
        if (Initiated && Date.now() - Initiated.getTime() >= olderThanMs)
          await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      after = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
    }
  }

  return {
    place,
    async put(file, content) {
      const Body = checkedStream(content, file);
      // What fails on its way here is the sender's failure, not the store's.
      let cause: Error | null = null;
      Body.once("error", (error) => {
        cause = error;
      });
      const params = { Bucket, Key: keyOf(file), Body, ContentType: "application/octet-stream" };
      const upload = new Upload({ client, params, partSize: partBytes, queueSize: 2 });
      try {
        await upload.done();
      } catch (error) {
        Body.destroy();
        throw cause ?? storeFailure(error, place);
      }
    },
    async get(file, from = 0) {
      // Beyond the last byte a store refuses to answer.
      if (from > 0 && from >= file.bytes) return Readable.from([]);
      const Range = from > 0 ? `bytes=${from}-` : undefined;
      const { Body, ContentLength } = await ask(client.send(new GetObjectCommand({ Bucket, Key: keyOf(file), Range })));
      const content = Body as Readable;
      if (ContentLength === file.bytes - from) return content;
      content.destroy();
      throw new Failure("NOT_FOUND", `The file in ${place} is damaged: it does not have ${file.bytes} bytes.`);
    },
    list: async (runId) => ask(listRun(requireRunId(runId))),
    remove: (file) => ask(client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(file) }))).then(() => undefined),
    removeRun: async (runId) => ask(removeRun(requireRunId(runId))),
    runs: () => ask(listRuns()),
    tidy: (olderThanMs) => ask(abortUploads(olderThanMs)),
    async readMark() {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: prefix + markName }));
        return (await Body?.transformToString())?.trim() || null;
      } catch (error) {
        if ((error as Error).name === "NoSuchKey") return null;
        throw storeFailure(error, place);
      }
    },
    writeMark: (mark) =>
      ask(client.send(new PutObjectCommand({ Bucket, Key: prefix + markName, Body: `${mark}\n` }))).then(() => undefined),
  };
}
