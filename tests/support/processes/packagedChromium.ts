import { execFileSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

export interface PackagedChromium {
  path: string;
  /** What its process needs on a machine without its libraries or without any font. */
  environment: Record<string, string>;
}

/**
 * The Chromium of the npm package @sparticuz/chromium (x64 Linux), unpacked once a version into a folder of its own. Its own
 * unpacking goes to fixed names in /tmp, which two tests at once, or one that was killed, leave broken.
 * @throws if this is no x64 Linux or the package is not installed
 */
export async function packagedChromium(): Promise<PackagedChromium> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(`the packaged Chromium is for x64 Linux, this is ${process.arch} ${process.platform}`);
  const root = resolve(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../../..");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const folder = join(tmpdir(), `collapsar-chromium-${version}-${userInfo().uid}`);
  if (!existsSync(folder)) await unpack(join(root, "bin"), folder);
  const path = join(folder, "chromium");
  return { path, environment: { ...libraries(path, folder), ...fonts(folder) } };
}

/** Whole or not at all: made beside and renamed. */
async function unpack(bin: string, folder: string): Promise<void> {
  const making = mkdtempSync(`${folder}-`);
  try {
    await pipeline(
      createReadStream(join(bin, "chromium.br")),
      createBrotliDecompress(),
      createWriteStream(join(making, "chromium"), { mode: 0o755 }),
    );
    for (const name of ["al2023", "fonts", "swiftshader"]) {
      const into = name === "swiftshader" ? making : join(making, name); // the browser looks for its own libraries beside itself
      mkdirSync(into, { recursive: true });
      execFileSync("tar", ["-x", "--no-same-owner", "-C", into], { input: await inflate(join(bin, `${name}.tar.br`)) });
    }
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was quicker
  }
}

async function inflate(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = new Writable({ write: (chunk, _encoding, done) => done(void chunks.push(chunk)) });
  await pipeline(createReadStream(file), createBrotliDecompress(), collect);
  return Buffer.concat(chunks);
}

/** NSS and expat come with the package, for machines that lack them. */
function libraries(path: string, folder: string): Record<string, string> {
  try {
    if (!execFileSync("ldd", [path], { encoding: "utf8" }).includes("not found")) return {};
  } catch {}
  return { LD_LIBRARY_PATH: join(folder, "al2023", "lib") };
}

function fonts(folder: string): Record<string, string> {
  if (existsSync("/etc/fonts/fonts.conf")) return {};
  const file = join(folder, "fonts.conf");
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(folder, "fonts")}</dir><cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>\n`,
  );
  return { FONTCONFIG_FILE: file };
}
