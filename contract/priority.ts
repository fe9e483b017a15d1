/** What of a person's own studies goes first; the shares of others stay as they are. */
export const priorities = ["low", "normal", "high"] as const;
export type Priority = (typeof priorities)[number];
