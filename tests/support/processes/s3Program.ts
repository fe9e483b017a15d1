import { createHash, createHmac, randomUUID } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * An S3-compatible store in a process of its own: `node s3Program.ts FOLDER PORT BUCKET KEY SECRET`. Path-style addresses, signatures of
 * version 4, objects with ranges, pages of a list, and uploads in parts. Objects lie in FOLDER/objects by their encoded keys; FOLDER/fault
 * says what goes wrong: "hang", or a status.
 */
const [folder, port, bucket, accessKey, secret] = process.argv.slice(2);
const pageSize = 3;
const objects = join(folder, "objects");
const uploads = join(folder, "uploads");
for (const each of [objects, uploads]) mkdirSync(each, { recursive: true });

const encode = (key: string) => encodeURIComponent(key).replaceAll(".", "%2E");
const pathOf = (key: string) => join(objects, encode(key));
const etagOf = (path: string) => `"${createHash("md5").update(readFileSync(path)).digest("hex")}"`;
const escaped = (text: string) => text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const tag = (name: string, text: string | number | boolean) => `<${name}>${escaped(String(text))}</${name}>`;
const xml = (name: string, body: string) => `<?xml version="1.0" encoding="UTF-8"?><${name}>${body}</${name}>`;

class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

createServer(async (request, response) => {
  const fault = existsSync(join(folder, "fault")) ? readFileSync(join(folder, "fault"), "utf8").trim() : "";
  if (fault === "hang") return;
  try {
    if (fault !== "") throw new S3Error(Number(fault), fault === "507" ? "InsufficientStorage" : "SlowDown");
    await serve(request, response);
  } catch (error) {
    const { status, code } = error instanceof S3Error ? error : new S3Error(500, `InternalError: ${error}`);
    request.resume();
    if (response.headersSent) response.destroy();
    else
      response
        .writeHead(status, { "content-type": "application/xml" })
        .end(xml("Error", tag("Code", code) + tag("Message", code)));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, "http://store");
  requireSigned(request, url);
  const [, inBucket, rawKey = ""] = /^\/([^/]*)\/?(.*)$/.exec(url.pathname)!;
  if (inBucket !== bucket) throw new S3Error(404, "NoSuchBucket");
  const key = decodeURIComponent(rawKey);
  const has = (name: string) => url.searchParams.has(name);
  const uploadId = url.searchParams.get("uploadId");
  const route = `${request.method} ${key === "" ? "bucket" : "object"}`;
  if (route === "GET bucket" && has("uploads")) return answer(response, listUploads(url));
  if (route === "GET bucket" && url.searchParams.get("list-type") === "2") return answer(response, listObjects(url));
  if (route === "POST bucket" && has("delete")) return answer(response, await deleteMany(request));
  if (route === "POST object" && has("uploads")) return answer(response, beginUpload(key));
  if (route === "POST object" && uploadId) return answer(response, await completeUpload(request, key, uploadId));
  if (route === "PUT object" && uploadId) return putPart(request, response, uploadId, url.searchParams.get("partNumber")!);
  if (route === "PUT object") return putObject(request, response, key);
  if (route === "GET object" || route === "HEAD object") return getObject(request, response, key);
  if (route === "DELETE object") {
    if (uploadId) rmSync(requireUpload(uploadId), { recursive: true });
    else rmSync(pathOf(key), { force: true });
    return void response.writeHead(204).end();
  }
  throw new S3Error(501, "NotImplemented");
}

const answer = (response: ServerResponse, text: string) =>
  void response.writeHead(200, { "content-type": "application/xml" }).end(text);

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

async function putObject(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
  const part = join(folder, randomUUID());
  await pipeline(request, createWriteStream(part));
  requireLength(request, part);
  renameSync(part, pathOf(key));
  response.writeHead(200, { etag: etagOf(pathOf(key)) }).end();
}

function requireLength(request: IncomingMessage, path: string): void {
  const bytes = readFileSync(path);
  if (bytes.length !== Number(request.headers["content-length"])) throw new S3Error(400, "IncompleteBody");
  const hash = request.headers["x-amz-content-sha256"];
  if (typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash) && createHash("sha256").update(bytes).digest("hex") !== hash)
    throw new S3Error(400, "XAmzContentSHA256Mismatch");
}

async function getObject(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
  if (!existsSync(pathOf(key))) throw new S3Error(404, "NoSuchKey");
  const { size, mtime } = statSync(pathOf(key));
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const from = Number(start ?? 0);
  if (start !== undefined && from >= size) throw new S3Error(416, "InvalidRange");
  response.writeHead(start === undefined ? 200 : 206, {
    "content-length": size - from,
    "last-modified": mtime.toUTCString(),
    etag: etagOf(pathOf(key)),
    ...(start !== undefined && { "content-range": `bytes ${from}-${size - 1}/${size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  await pipeline(createReadStream(pathOf(key), { start: from }), response);
}

function listObjects({ searchParams }: URL): string {
  const [prefix, delimiter] = [searchParams.get("prefix") ?? "", searchParams.get("delimiter") ?? ""];
  const after = searchParams.get("continuation-token") ?? searchParams.get("start-after") ?? "";
  const entries = new Map<string, string>();
  for (const key of readdirSync(objects).map(decodeURIComponent).sort()) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? key : key.slice(0, cut + 1);
    if (name <= after) continue;
    const { size, mtime } = statSync(pathOf(key));
    const contents =
      tag("Key", key) + tag("LastModified", mtime.toISOString()) + tag("Size", size) + tag("StorageClass", "STANDARD");
    entries.set(name, cut < 0 ? `<Contents>${contents}</Contents>` : `<CommonPrefixes>${tag("Prefix", name)}</CommonPrefixes>`);
  }
  const page = [...entries].slice(0, pageSize);
  const isTruncated = entries.size > page.length;
  const next = isTruncated ? tag("NextContinuationToken", page.at(-1)![0]) : "";
  return xml(
    "ListBucketResult",
    tag("IsTruncated", isTruncated) + tag("KeyCount", page.length) + next + page.map(([, text]) => text).join(""),
  );
}

async function deleteMany(request: IncomingMessage): Promise<string> {
  for (const [, key] of (await bodyOf(request)).matchAll(/<Key>([^<]*)<\/Key>/g)) rmSync(pathOf(key), { force: true });
  return xml("DeleteResult", "");
}

function requireUpload(id: string): string {
  const path = join(uploads, id);
  if (!/^[\w-]+$/.test(id) || !existsSync(path)) throw new S3Error(404, "NoSuchUpload");
  return path;
}

function beginUpload(key: string): string {
  const id = randomUUID();
  mkdirSync(join(uploads, id));
  writeFileSync(join(uploads, id, "key"), key);
  return xml("InitiateMultipartUploadResult", tag("Bucket", bucket) + tag("Key", key) + tag("UploadId", id));
}

async function putPart(request: IncomingMessage, response: ServerResponse, uploadId: string, number: string): Promise<void> {
  const path = join(requireUpload(uploadId), `part-${Number(number)}`);
  await pipeline(request, createWriteStream(path));
  requireLength(request, path);
  response.writeHead(200, { etag: etagOf(path) }).end();
}

async function completeUpload(request: IncomingMessage, key: string, uploadId: string): Promise<string> {
  const upload = requireUpload(uploadId);
  const numbers = [...(await bodyOf(request)).matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => number);
  const parts = numbers.map((number) => readFileSync(join(upload, `part-${number}`)));
  if (parts.slice(0, -1).some(({ length }) => length < 5 * 1024 * 1024)) throw new S3Error(400, "EntityTooSmall");
  writeFileSync(pathOf(key), Buffer.concat(parts));
  rmSync(upload, { recursive: true });
  return xml("CompleteMultipartUploadResult", tag("Bucket", bucket) + tag("Key", key) + tag("ETag", etagOf(pathOf(key))));
}

function listUploads({ searchParams }: URL): string {
  const prefix = searchParams.get("prefix") ?? "";
  const rows = readdirSync(uploads).map((id) => {
    const key = readFileSync(join(uploads, id, "key"), "utf8");
    const initiated = statSync(join(uploads, id, "key")).mtime.toISOString();
    return key.startsWith(prefix)
      ? `<Upload>${tag("Key", key) + tag("UploadId", id) + tag("Initiated", initiated)}</Upload>`
      : "";
  });
  return xml("ListMultipartUploadsResult", tag("IsTruncated", false) + rows.join(""));
}

/** As "Signature Version 4" says; the payload's hash is held against the payload where it is one. */
function requireSigned(request: IncomingMessage, url: URL): void {
  const { authorization = "", "x-amz-date": date, "x-amz-content-sha256": payload } = request.headers;
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, key, day, region, signedHeaders, signature] = pattern.exec(authorization) ?? [];
  if (key === undefined) throw new S3Error(403, "AccessDenied");
  if (key !== accessKey) throw new S3Error(403, "InvalidAccessKeyId");
  const strict = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams].map(([name, value]) => `${strict(name)}=${strict(value)}`).sort();
  const path = url.pathname.split("/").map((part) => strict(decodeURIComponent(part)));
  const headers = signedHeaders.split(";").map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`);
  const canonical = [request.method, path.join("/"), query.join("&"), headers.join(""), signedHeaders, payload].join("\n");
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", date, `${day}/${region}/s3/aws4_request`, hash(canonical)].join("\n");
  const hmac = (by: string | Buffer, text: string) => createHmac("sha256", by).update(text).digest();
  const signing = [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, day));
  if (hmac(signing, toSign).toString("hex") !== signature) throw new S3Error(403, "SignatureDoesNotMatch");
}
