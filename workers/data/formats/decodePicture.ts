import { Failure } from "../../../contract/failure.ts";
import { corrupt } from "./fileFaults.ts";
import { otherFormat, pictureFormat, readableEndings } from "./pictureFormats.ts";

/** Largest picture decoded, pixels: what a small file can unpack to is known from its header, and refused before. */
const maxPixels = 100_000_000;

/** What decoding changes beyond the size, as counted over a set. */
export type PictureTrait = "transparent" | "frames" | "cmyk" | "deep" | "enlarged";

/**
 * Decodes a picture: its first frame or page, turned upright, its shorter side resized to `size` (Lanczos), the middle cut
 * out, in sRGB with a byte a channel; grey and CMYK become RGB, and what is transparent black.
 * @param target [3, size, size] is filled, row-major
 * @returns what was special about it
 * @throws Failure DATASET_CORRUPT naming the file if it is not a picture, damaged or too large; DATASET_UNAVAILABLE without sharp
 */
export async function decodePicture(bytes: Uint8Array, size: number, name: string, target: Uint8Array): Promise<PictureTrait[]> {
  if (pictureFormat(bytes) === null) {
    const other = otherFormat(bytes);
    throw corrupt(
      name,
      `is not a picture in a supported format (${readableEndings})${other ? `: it is ${other}` : ", judging by its contents"}`,
    );
  }
  const sharp = await decoder();
  let data: Uint8Array;
  let channels: number;
  let about: Awaited<ReturnType<ReturnType<typeof sharp>["metadata"]>>;
  let transparent: boolean;
  try {
    const options = { limitInputPixels: maxPixels, failOn: "error" } as const;
    about = await sharp(bytes, options).metadata();
    transparent = about.hasAlpha && !(await sharp(bytes, options).stats()).isOpaque;
    const picture = sharp(bytes, options)
      .autoOrient()
      .resize(size, size, { fit: "cover", position: "centre", kernel: "lanczos3" })
      .flatten({ background: "#000000" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" });
    const decoded = await picture.toBuffer({ resolveWithObject: true });
    data = decoded.data;
    channels = decoded.info.channels;
  } catch (error) {
    const why = (error as Error).message.split("\n")[0].slice(0, 200);
    if (/pixel limit/.test(why)) throw corrupt(name, `has more than ${maxPixels} pixels, the limit: save it at a smaller size`);
    throw corrupt(name, `cannot be decoded: ${why}`);
  }
  if (about.depth === "float" || about.depth === "double")
    throw corrupt(name, "has pixels that are floating-point numbers, whose white level is not known: save it with 8 or 16 bits");
  const area = size * size;
  if (data.length !== channels * area || (channels !== 1 && channels !== 3))
    throw corrupt(name, `has ${channels} colour channels; only 1 and 3 are supported`);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < area; i++) target[channel * area + i] = data[i * channels + (channels === 1 ? 0 : channel)];
  const traits: [PictureTrait, boolean][] = [
    ["transparent", transparent],
    ["frames", (about.pages ?? 1) > 1],
    ["cmyk", about.space === "cmyk"],
    ["deep", about.depth === "ushort"],
    ["enlarged", Math.min(about.width, about.height) < size],
  ];
  return traits.filter(([, has]) => has).map(([trait]) => trait);
}

/** sharp, loaded where pictures are decoded alone: a platform without its library can still do everything else. */
async function decoder(): Promise<typeof import("sharp")["default"]> {
  try {
    const { default: sharp } = await import("sharp");
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  } catch (error) {
    throw new Failure(
      "DATASET_UNAVAILABLE",
      `Pictures cannot be decoded on this worker: the package sharp does not load (${(error as Error).message.split("\n")[0]}).`,
    );
  }
}
