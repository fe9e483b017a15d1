export interface Check {
  /** What was looked at, such as "data folder". */
  name: string;
  /** fault: the program does not work, or not for long; warning: it works, and something should be known. */
  state: "ok" | "warning" | "fault";
  found: string;
  /** What to do, where there is something to do. */
  wayOut: string | null;
}

export const ok = (name: string, found: string): Check => ({ name, state: "ok", found, wayOut: null });
export const warning = (name: string, found: string, wayOut: string): Check => ({ name, state: "warning", found, wayOut });
export const fault = (name: string, found: string, wayOut: string): Check => ({ name, state: "fault", found, wayOut });

/** A system's error in a few words. */
export const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException | null)?.code ??
  (error instanceof Error ? error.message.split("\n", 1)[0]!.slice(0, 200) : "unknown");
