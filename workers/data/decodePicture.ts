import { Failure } from "../../contract/failure.ts";

/** Largest picture decoded, pixels: what a small file can unpack to is known from its header, and refused before. */
const maxPixels = 100_000_000;

/**
 * Decodes a JPEG or PNG picture: turned upright, its shorter side resized to `size` (Lanczos), the middle cut out, in sRGB;
 * grey becomes RGB, and what is transparent black.
 * @param target [3, size, size] is filled, row-major
 * @throws Failure DATASET_CORRUPT naming the file if it is neither, damaged or too large; DATASET_UNAVAILABLE without sharp
 */
export async function decodePicture(bytes: Uint8Array, size: number, name: string, target: Uint8Array): Promise<void> {
  const jpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  const png = bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
  if (!jpeg && !png) throw new Failure("DATASET_CORRUPT", `${name} is neither a JPEG nor a PNG picture.`);
  const sharp = await decoder();
  let data: Uint8Array;
  let channels: number;
  try {
    const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" })
      .autoOrient()
      .resize(size, size, { fit: "cover", position: "centre", kernel: "lanczos3" })
      .flatten({ background: "#000000" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" });
    const decoded = await picture.toBuffer({ resolveWithObject: true });
    data = decoded.data;
    channels = decoded.info.channels;
  } catch (error) {
    throw new Failure("DATASET_CORRUPT", `${name} cannot be decoded: ${(error as Error).message.split("\n")[0]}.`);
  }
  const area = size * size;
  if (data.length !== channels * area || (channels !== 1 && channels !== 3))
    throw new Failure("DATASET_CORRUPT", `${name} has ${channels} colour channels; 1 and 3 are read.`);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < area; i++) target[channel * area + i] = data[i * channels + (channels === 1 ? 0 : channel)];
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
