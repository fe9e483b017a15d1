import { createHash } from "node:crypto";
import { Failure } from "../../contract/failure.ts";

export interface Preview {
  png: Buffer;
  /** Of what is drawn. */
  etag: string;
}

interface Bounds {
  /** What was drawn for a link is given again for so long, without a look at its study. */
  freshMs: number;
  /** Pictures that are kept. */
  kept: number;
  /** Links that may wait for theirs; beyond this they are asked to come back. */
  waiting: number;
}

const usual: Bounds = { freshMs: 5_000, kept: 64, waiting: 20 };

/** Draws pictures one after the other, each content once: whoever asks for many of them holds nothing else up. */
export class PreviewStore {
  private readonly bounds: Bounds;
  private readonly rasterize: (svg: string) => Promise<Buffer>;
  private readonly recent = new Map<string, { at: number; preview: Preview }>();
  private readonly pictures = new Map<string, Preview>();
  private readonly running = new Map<string, Promise<Preview>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(rasterize: (svg: string) => Promise<Buffer>, bounds: Partial<Bounds> = {}) {
    this.rasterize = rasterize;
    this.bounds = { ...usual, ...bounds };
  }

  /**
   * @param key whose picture it is
   * @param draw its markup, as of now
   * @throws Failure UNAVAILABLE if too many wait
   */
  async get(key: string, draw: () => Promise<string>): Promise<Preview> {
    const known = this.recent.get(key);
    if (known && performance.now() - known.at < this.bounds.freshMs) return known.preview;
    const same = this.running.get(key);
    if (same) return same;
    if (this.running.size > this.bounds.waiting)
      throw new Failure("UNAVAILABLE", "Too many pictures are being drawn: try again in a few seconds.");
    const made = this.last.then(() => this.make(key, draw));
    this.last = made.catch(() => {});
    this.running.set(key, made);
    try {
      return await made;
    } finally {
      this.running.delete(key);
    }
  }

  private async make(key: string, draw: () => Promise<string>): Promise<Preview> {
    const svg = await draw();
    const content = createHash("sha256").update(svg).digest("base64url");
    const preview = this.pictures.get(content) ?? { png: await this.rasterize(svg), etag: `"${content}"` };
    keep(this.pictures, content, preview, this.bounds.kept);
    keep(this.recent, key, { at: performance.now(), preview }, this.bounds.kept);
    return preview;
  }
}

/** The newest so many. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
