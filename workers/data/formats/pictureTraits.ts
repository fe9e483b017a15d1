import type { PictureTrait } from "./decodePicture.ts";

const done: Record<PictureTrait, (size: number) => string> = {
  transparent: () => "have transparent parts: they became black",
  frames: () => "have several frames or pages: the first one was read",
  cmyk: () => "are CMYK: converted to sRGB",
  deep: () => "have 16 bits per channel: reduced to 8",
  enlarged: (size) => `are smaller than ${size} pixels: enlarged`,
};

/** Counts what was special about the pictures of a set, and says what was done about it. */
export class PictureTraits {
  private readonly counts = new Map<PictureTrait, number>();

  add(traits: PictureTrait[]): void {
    for (const trait of traits) this.counts.set(trait, (this.counts.get(trait) ?? 0) + 1);
  }

  warnings(pictures: number, size: number): string[] {
    const traits = (Object.keys(done) as PictureTrait[]).filter((trait) => this.counts.has(trait));
    return traits.map((trait) => `${this.counts.get(trait)} of ${pictures} pictures ${done[trait](size)}.`);
  }
}
