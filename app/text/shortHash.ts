/** "a1b2c3d4": enough of a hash to tell a few apart; "unknown" for none. */
export const shortHash = (hash: string | null): string => (hash === null ? "unknown" : hash.slice(0, 8));
