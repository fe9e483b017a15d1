import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyExperimentDetail } from "../../contract/wire/externalViews.ts";
import type { AnySupplement } from "../../contract/wire/supplement.ts";
import { log } from "../log/log.ts";
import { pagesFolder, projectRoot } from "../program/env.ts";
import { buildSupplement } from "./buildSupplement.ts";

/** Writes the report of a study as one HTML file. */
export type WriteSupplement = (supplement: AnySupplement) => string;

const sources = ["app", "contract", "math", "server/supplement", "package-lock.json"];
const names = { renderer: "renderer.mjs", code: "browser.js", style: "style.css", preview: "preview.mjs" } as const;

/** Draws the picture of a study that goes with its link, as SVG. */
export type DrawPreview = (detail: AnyExperimentDetail) => string;

/** Does a thing once, for everyone who asks; one that failed is tried again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | null = null;
  return () => {
    begun ??= work().catch((error) => {
      begun = null;
      throw error;
    });
    return begun;
  };
}

/** For reports and previews together: all sources are read for it, and without a folder to keep it in each would build its own. */
const builtFolder = once(() => ensureSupplement(projectRoot, join(pagesFolder(), "collapsar-supplement")));

/** What writes reports: built by `npm run build`, or the first time that one is asked for. */
export const openSupplement = once(async (): Promise<WriteSupplement> => {
  const folder = await builtFolder();
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const parts = { code: read(names.code), style: read(names.style) };
  const module = (await import(pathToFileURL(join(folder, names.renderer)).href)) as {
    renderSupplement: (supplement: AnySupplement, parts: { code: string; style: string }) => string;
  };
  return (supplement) => module.renderSupplement(supplement, parts);
});

/** What draws previews: built likewise. */
export const openPreview = once(async (): Promise<DrawPreview> => {
  const module = (await import(pathToFileURL(join(await builtFolder(), names.preview)).href)) as { drawPreview: DrawPreview };
  return module.drawPreview;
});

/** @returns the folder with what was built of the present sources */
export async function ensureSupplement(root: string, wanted: string): Promise<string> {
  const stamp = stampOf(root);
  const folder = join(wanted, stamp);
  if (Object.values(names).every((name) => existsSync(join(folder, name)))) return folder;
  const built = await buildSupplement(root);
  const into = writableFolder(wanted);
  const temporary = mkdtempSync(join(into, "part-"));
  for (const [part, name] of Object.entries(names)) writeFileSync(join(temporary, name), built[part as keyof typeof names]);
  const place = join(into, stamp);
  try {
    renameSync(temporary, place);
  } catch (error) {
    // Another server of this folder was faster.
    if (!existsSync(place)) throw error;
    rmSync(temporary, { recursive: true, force: true });
  }
  for (const old of readdirSync(into))
    if (/^[0-9a-f]{16}$/.test(old) && old !== stamp) rmSync(join(into, old), { recursive: true, force: true });
  return place;
}

/** In an image the program's folder cannot be written to, and `npm run build` has filled it. */
function writableFolder(wanted: string): string {
  try {
    mkdirSync(wanted, { recursive: true });
    return wanted;
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    log.info("What reports are made with is built for this process alone: the program's folder cannot be written to.");
    return mkdtempSync(join(tmpdir(), "collapsar-supplement-"));
  }
}

function stampOf(root: string): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((source) => listFiles(join(root, source))).sort())
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

function listFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).flatMap((name) => listFiles(join(path, name)));
}
