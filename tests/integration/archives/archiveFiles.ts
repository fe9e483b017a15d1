import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { fromBuffer } from "yauzl";
import { ZipFile } from "yazl";
import type { ArchiveManifest, ArchiveSummary } from "../../../contract/wire/archiveFormat.ts";
import type { TestServer } from "../../support/processes/server.ts";

/** Reads and makes zip files with no word of the program's own. */
export type ZipContent = Map<string, Buffer>;

export function unzip(bytes: Buffer): Promise<ZipContent> {
  return new Promise((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const files: ZipContent = new Map();
      zip.on("error", reject);
      zip.on("end", () => resolve(files));
      zip.on("entry", (entry) =>
        zip.openReadStream(entry, async (failed, stream) => {
          if (failed) return reject(failed);
          files.set(entry.fileName, await buffer(stream));
          zip.readEntry();
        }),
      );
      zip.readEntry();
    }),
  );
}

export async function makeZip(files: Iterable<[string, Buffer]>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream as AsyncIterable<Buffer> & NodeJS.ReadableStream);
}

export const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
export const jsonOf = (files: ZipContent, path: string) => JSON.parse(files.get(path)!.toString());

/** A manifest that fits the files: for archives that lie about something else. */
export function withManifest(
  files: ZipContent,
  change: Partial<ArchiveManifest> | ((manifest: ArchiveManifest) => void) = {},
): ZipContent {
  const manifest = jsonOf(files, "manifest.json") as ArchiveManifest;
  const others = [...files].filter(([path]) => path !== "manifest.json");
  manifest.files = others.map(([path, content]) => ({ path, bytes: content.length, sha256: sha256(content) }));
  const lines = manifest.files
    .filter(({ path }) => path !== "README.txt" && path !== "origin.json" && !path.includes("/files/"))
    .map((file) => `${file.sha256}  ${file.path}\n`);
  manifest.content = sha256(lines.sort().join(""));
  if (typeof change === "function") change(manifest);
  else Object.assign(manifest, change);
  return new Map([...others, ["manifest.json", Buffer.from(JSON.stringify(manifest))]]);
}

export async function download(server: TestServer, id: string, query = ""): Promise<Buffer> {
  const answer = await fetch(`${server.url}/api/v1/experiments/${id}/archive${query}`);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return Buffer.from(await answer.arrayBuffer());
}

export type Answer = ArchiveSummary & { id?: string; error?: { code: string; message: string } };

export async function upload(server: TestServer, archive: Buffer, below = ""): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${server.url}/api/v1/archives${below}`, {
    method: "POST",
    body: new Uint8Array(archive),
    headers: { "content-type": "application/zip" },
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}
