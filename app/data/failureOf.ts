import { type FailureCode, failureCodes } from "../../contract/failure.ts";

/** Whether what was asked for is gone, or cannot exist because its address is truncated. */
export function isGone(error: unknown): boolean {
  const { code } = failureOf(error);
  return code === "NOT_FOUND" || code === "INVALID";
}

/** What people see of an error: its message, and its code if the server gave a reason (null: no answer at all). */
export function failureOf(error: unknown): { code: FailureCode | null; message: string } {
  const data = (error as { data?: { failure?: { code?: string; message?: string } | null } | null } | null)?.data;
  const failure = data?.failure;
  if (failure?.message !== undefined && failureCodes.some((code) => code === failure.code))
    return { code: failure.code as FailureCode, message: failure.message };
  if (data !== undefined && data !== null) return { code: "INTERNAL", message: (error as Error).message };
  return { code: null, message: "The server is not answering. Is it still running? This page keeps trying." };
}

/** Whether the same question may be answered later: nothing answered, or the server said that its database does not. */
export function mayPass(error: unknown): boolean {
  const { code } = failureOf(error);
  return code === null || code === "UNAVAILABLE" || code === "DISK_FULL";
}
