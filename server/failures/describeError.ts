import { randomBytes } from "node:crypto";
import { Failure, type FailureCode } from "../../contract/failure.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { log } from "../log/log.ts";
import { describeInvalid } from "./describeInvalid.ts";

/**
 * What may be told about an error: a Failure's own words, a schema's complaint with its place, that the database is away or full, or
 * nothing but an id under which the server's log has the rest.
 */
export function describeError(error: unknown): { code: FailureCode; message: string } {
  if (error instanceof Error) {
    if (error instanceof Failure) return { code: error.code, message: error.message };
    if (Array.isArray((error as { issues?: unknown }).issues))
      return { code: "INVALID", message: describeInvalid(error as unknown as Parameters<typeof describeInvalid>[0]) };
    if (error.name === "TRPCError" && error.cause === undefined) return { code: transportCode(error), message: error.message };
    if (error instanceof SyntaxError && error.message.includes("JSON"))
      return { code: "INVALID", message: "The request is not valid JSON." };
    const trouble = databaseTrouble(error);
    if (trouble) {
      log.warning(`database: ${trouble.why}`);
      return { code: trouble.failure.code, message: trouble.failure.message };
    }
  }
  const id = randomBytes(4).toString("hex");
  log.unexpected(`[${id}]`, error);
  return { code: "INTERNAL", message: `Internal error ${id}: the server's log has the details.` };
}

/** The failure that an error is, or that the database's trouble amounts to; null if it is neither. */
export const failureOf = (error: unknown): Failure | null =>
  error instanceof Failure ? error : (databaseTrouble(error)?.failure ?? null);

/** HTTP statuses of what may succeed when it is asked again, with the seconds to wait. */
export const comesAgain: Partial<Record<FailureCode, { status: number; afterS: number }>> = {
  UNAVAILABLE: { status: 503, afterS: 5 },
  DISK_FULL: { status: 503, afterS: 30 },
};

function transportCode(error: Error): FailureCode {
  const code = (error as Error & { code?: string }).code;
  if (code === "NOT_FOUND") return "NOT_FOUND";
  return code === "FORBIDDEN" || code === "UNAUTHORIZED" ? "NOT_ALLOWED" : "INVALID";
}
