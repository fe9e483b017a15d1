const windowMs = 60_000;
const maxMisses = 10;
/** Addresses remembered; beyond it the oldest are forgotten. */
const maxAddresses = 10_000;

/** Counts wrong keys over the last minute, by address or by what else tells those who knock apart. */
export class SignInLimit {
  private readonly misses = new Map<string, number[]>();

  /** Whether this address may still try. */
  allows(address: string): boolean {
    const now = performance.now();
    return (this.misses.get(address) ?? []).filter((at) => now - at < windowMs).length < maxMisses;
  }

  /** Notes a wrong key. @returns whether this address may still be answered that it was wrong */
  miss(address: string): boolean {
    const now = performance.now();
    const recent = (this.misses.get(address) ?? []).filter((at) => now - at < windowMs);
    const answered = recent.length < maxMisses;
    if (answered) recent.push(now);
    this.misses.delete(address);
    this.misses.set(address, recent);
    if (this.misses.size > maxAddresses) this.misses.delete(this.misses.keys().next().value!);
    return answered;
  }
}
