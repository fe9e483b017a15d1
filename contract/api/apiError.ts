import { z } from "zod";
import { failureCodes } from "../failure.ts";

/** Why a request of the API is refused. */
export const apiErrorCodes = [
  ...failureCodes,
  "METHOD_NOT_ALLOWED",
  "NOT_ACCEPTABLE",
  "TOO_LARGE",
  "UNSUPPORTED_TYPE",
  "TOO_MANY_REQUESTS",
  "TIMED_OUT",
] as const;
export type ApiErrorCode = (typeof apiErrorCodes)[number];

/** One complaint of a schema, with the place that it is about. */
export const apiIssue = z.strictObject({ path: z.array(z.union([z.string(), z.int()])), message: z.string() });
export type ApiIssue = z.infer<typeof apiIssue>;

/** What every refusal is answered with. */
export const apiError = z.strictObject({
  error: z.strictObject({
    code: z.enum(apiErrorCodes),
    message: z.string(),
    /** Of a request whose parts do not fit. */
    issues: z.array(apiIssue).optional(),
  }),
});
export type ApiError = z.infer<typeof apiError>;
