/** One line an event on standard output, with the local time. A reader that went away (a killed server) is no reason to stop. */
export function log(text: string): void {
  const now = new Date();
  const clock = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace("T", " ");
  process.stdout.write(`${clock}  ${text.replaceAll("\n", "\n                     ")}\n`);
}

/** Call once: writing to a closed pipe then drops the line instead of ending the process. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/** "1 event", "2 events". */
export const count = (n: number, thing: string): string => `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
