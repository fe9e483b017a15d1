const maxEntries = 1_000;

/** Keeps what lives for moments: entries with a time to live, the oldest of which go when there are too many. */
export class ShortMemory {
  private readonly entries = new Map<string, { value: string; until: number }>();

  get(key: string): string | null {
    const entry = this.entries.get(key);
    if (!entry) return null;
    if (entry.until > performance.now()) return entry.value;
    this.entries.delete(key);
    return null;
  }

  /** @param seconds it is kept; a minute by default */
  set(key: string, value: string, seconds = 60): void {
    this.entries.delete(key);
    this.entries.set(key, { value, until: performance.now() + seconds * 1_000 });
    if (this.entries.size > maxEntries) this.entries.delete(this.entries.keys().next().value!);
  }

  getAndDelete(key: string): string | null {
    const value = this.get(key);
    this.entries.delete(key);
    return value;
  }

  /** Counts from 1 within a time that begins with the first. */
  increment(key: string, seconds: number): number {
    const count = Number(this.get(key) ?? 0) + 1;
    const until = this.entries.get(key)?.until;
    this.set(key, String(count), until === undefined ? seconds : (until - performance.now()) / 1_000);
    return count;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}
