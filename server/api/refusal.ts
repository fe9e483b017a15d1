import type { ApiErrorCode, ApiIssue } from "../../contract/api/apiError.ts";
import type { FailureCode } from "../../contract/failure.ts";
import { storableText } from "../../contract/wireText.ts";
import { comesAgain, describeError } from "../failures/describeError.ts";
import { describeInvalid } from "../failures/describeInvalid.ts";

interface More {
  headers?: Record<string, string>;
  issues?: ApiIssue[];
}

/** A request that is answered with an error of the API. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly headers: Record<string, string>;
  readonly issues: ApiIssue[] | undefined;

  constructor(status: number, code: ApiErrorCode, message: string, { headers = {}, issues }: More = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.issues = issues;
  }
}

const statuses: Partial<Record<FailureCode, number>> = {
  INVALID: 400,
  GRID_TOO_LARGE: 400,
  DATASET_UNAVAILABLE: 400,
  DATASET_CORRUPT: 400,
  NOT_FOUND: 404,
  NOT_ALLOWED: 403,
  CONFLICT: 409,
  LEASE_LOST: 409,
  SEQUENCE_GAP: 409,
};

interface Complaint {
  path: PropertyKey[];
  message: string;
}

const mostIssues = 50;

/** What is wrong with a part of a request, by a schema. */
export function invalid(issues: readonly Complaint[], place: readonly string[] = []): Refusal {
  const placed = issues.slice(0, mostIssues).map(({ path, message }) => ({
    path: [...place, ...path].map((part) => (typeof part === "number" ? part : storableText(String(part), 200))),
    message: storableText(message, 1_000),
  }));
  return new Refusal(400, "INVALID", describeInvalid({ issues: placed }), { issues: placed });
}

/** The refusal that an error amounts to; what is unknown says nothing of itself but where the log has it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const issues = (error as { issues?: unknown } | null)?.issues;
  if (error instanceof Error && Array.isArray(issues)) return invalid(issues as Complaint[]);
  const { code, message } = describeError(error);
  const again = comesAgain[code];
  const headers: Record<string, string> = again ? { "retry-after": String(again.afterS) } : {};
  return new Refusal(again?.status ?? statuses[code] ?? 500, code, message, { headers });
}
