import { Transform } from "node:stream";

/** Bounds how many bytes per second go through all of its streams together. */
export class RateLimit {
  private readonly bytesPerMs: number;
  private freeAt = 0;
  private isLifted = false;

  constructor(bytesPerSecond: number) {
    this.bytesPerMs = bytesPerSecond / 1_000;
  }

  /** From now on as fast as it goes: the worker is stopping. */
  lift(): void {
    this.isLifted = true;
  }

  stream(): Transform {
    return new Transform({
      transform: (part: Buffer, _encoding, done) => {
        if (this.isLifted) return done(null, part);
        const now = performance.now();
        const startsAt = Math.max(now, this.freeAt);
        this.freeAt = startsAt + part.length / this.bytesPerMs;
        setTimeout(() => done(null, part), startsAt - now);
      },
    });
  }
}
