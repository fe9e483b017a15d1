import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { previewSize } from "../../contract/wire/linkPreview.ts";
import { log } from "../log/log.ts";

const require = createRequire(import.meta.url);
const inPackage = (name: string, ...path: string[]) => join(dirname(require.resolve(`${name}/package.json`)), ...path);

/** Fonts that npm brought: a machine of servers seldom has any. Geist is the picture's own; KaTeX has the signs that it lacks. */
const fonts: [family: string, file: () => string][] = [
  ["Geist", () => inPackage("next", "dist", "compiled", "@vercel", "og", "Geist-Regular.ttf")],
  ["KaTeX_Main", () => inPackage("katex", "dist", "fonts", "KaTeX_Main-Regular.ttf")],
  ["KaTeX_Math", () => inPackage("katex", "dist", "fonts", "KaTeX_Math-Italic.ttf")],
];

let opening: Promise<(svg: string) => Promise<Buffer>> | null = null;

/** Turns the markup of a preview into a PNG. */
export async function rasterize(svg: string): Promise<Buffer> {
  opening ??= open();
  return (await opening)(svg);
}

/** Heavy: loaded only where a picture is asked for. */
async function open(): Promise<(svg: string) => Promise<Buffer>> {
  const { default: sharp } = await import("sharp");
  sharp.cache(false);
  // What a text is written with by its file is known by its name from then on.
  for (const [font, file] of fonts) {
    const fontfile = file();
    if (existsSync(fontfile))
      await sharp({ text: { text: "x", font, fontfile } })
        .raw()
        .toBuffer();
    else log.warning(`The font ${font} for pictures of links is not at ${fontfile}: another is taken.`);
  }
  return (svg) =>
    sharp(Buffer.from(svg))
      .resize(previewSize.width, previewSize.height, { fit: "fill" })
      .flatten({ background: "#ffffff" })
      .png({ compressionLevel: 9, palette: true, quality: 90 })
      .toBuffer();
}
