/** Classes of SQLSTATE that say that the data itself cannot be stored: data exceptions, and what goes beyond the program's limits. */
const ofTheData = ["22", "54"];

/** Whether a database's error would come again however often the same rows were sent. @returns its words, null if it may pass */
export function neverStored(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as Error & { code?: unknown };
    if (typeof code === "string" && ofTheData.includes(code.slice(0, 2)) && code.length === 5) return cause.message;
  }
  return null;
}
