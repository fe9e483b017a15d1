import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/** What reports and pictures of studies are made with. */
export interface BuiltSupplement {
  /** A module for Node whose `renderSupplement` writes the file. */
  renderer: string;
  /** What the browser runs. */
  code: string;
  style: string;
  /** A module for Node whose `drawPreview` draws the picture of a study. */
  preview: string;
}

const require = createRequire(import.meta.url);

/** Builds what reports are made with from the pages' own sources; takes some seconds. */
export async function buildSupplement(root: string): Promise<BuiltSupplement> {
  // Heavy: loaded only where a report is made for the first time.
  const { build, transform } = await import("esbuild");
  const folder = join(root, "app", "supplement");
  const preview = join(root, "app", "preview", "drawPreview.ts");
  const bundle = (entry: string, platform: "browser" | "node") =>
    build({
      entryPoints: [entry],
      absWorkingDir: root,
      bundle: true,
      write: false,
      minify: true,
      platform,
      format: platform === "node" ? "esm" : "iife",
      target: platform === "node" ? "node22" : "es2022",
      jsx: "automatic",
      legalComments: "none",
      charset: "utf8",
      define: { "process.env.NODE_ENV": '"production"' },
      loader: { ".css": "empty" },
      // What a package loads by require, a module for Node must be able to.
      ...(platform === "node" && {
        banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      }),
      plugins: [withoutLinks(join(folder, "Unlinked.tsx"))],
      logLevel: "silent",
    });
  const bundled = await Promise.all([
    bundle(join(folder, "render.tsx"), "node"),
    bundle(join(folder, "browser.tsx"), "browser"),
    bundle(preview, "node"),
  ]);
  const [renderer, browser, drawing] = bundled.map(({ outputFiles }) => outputFiles[0]!.text) as [string, string, string];
  const texts: [string, string] = [renderer, browser];
  // Within a page such a text would let the script go on beyond its end.
  if (texts[1].includes("<!--")) throw new Error("the code of reports has “<!--” in it, which no script of a page may have");
  const style = await transform(await compileStyle(folder, texts), { loader: "css", minify: true, target: "chrome123" });
  return { renderer, code: browser.trim(), style: style.code.trim(), preview: drawing };
}

/** A file that lies on its own has no pages to link to. */
const withoutLinks = (unlinked: string): Plugin => ({
  name: "without-links",
  setup: ({ onResolve }) => onResolve({ filter: /^next\/link$/ }, () => ({ path: unlinked })),
});

/** The pages' style, of whose classes those alone are kept that stand in these texts. */
async function compileStyle(folder: string, texts: readonly string[]): Promise<string> {
  const { compile } = await import("tailwindcss");
  const compiled = await compile(readFileSync(join(folder, "supplement.css"), "utf8"), {
    base: folder,
    loadStylesheet: async (id, base) => {
      const path = id.startsWith(".") ? join(base, id) : require.resolve(id === "tailwindcss" ? "tailwindcss/index.css" : id);
      return { path, base: dirname(path), content: readFileSync(path, "utf8") };
    },
  });
  const words = new Set(texts.flatMap((text) => text.split(/[\s"'`\\]+/)).filter((word) => word.length < 100));
  return compiled.build([...words]);
}
