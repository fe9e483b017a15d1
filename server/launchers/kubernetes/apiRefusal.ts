import { Failure } from "../../../contract/failure.ts";
import { storableText } from "../../../contract/wireText.ts";

/** What the API answered in place of what it was asked for. */
export interface ApiRefusal {
  status: number;
  /** Its own words; null where it sent none. */
  message: string | null;
  reason: string | null;
  retryAfterS: number | null;
}

const longestSilenceS = 600;
const messageLength = 300;

/** @returns null of an error that is no answer: a broken connection, a file that cannot be read */
export function refusalOf(error: unknown): ApiRefusal | null {
  const { code, body, headers } = error as { code?: unknown; body?: unknown; headers?: Record<string, string> };
  // A DOMException has a number too, and no headers.
  if (typeof code !== "number" || headers === undefined) return null;
  const { message, reason } = statusIn(body);
  const retryAfter = headers?.["retry-after"] ?? "";
  return {
    status: code,
    message: typeof message === "string" ? message : null,
    reason: typeof reason === "string" ? reason : null,
    retryAfterS: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null,
  };
}

/** The API sends a `Status`; a proxy in front of it anything. */
function statusIn(body: unknown): { message?: unknown; reason?: unknown } {
  if (typeof body !== "string") return typeof body === "object" && body !== null ? body : {};
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** The mark of a list's next page is no longer known. */
export const isExpired = (error: unknown): boolean => refusalOf(error)?.status === 410;

/** For how long the API asks to be left alone, ms; 0: it does not. */
export function retryAfterMs(error: unknown): number {
  const seconds = refusalOf(error)?.retryAfterS ?? 0;
  return 1_000 * Math.min(seconds, longestSilenceS);
}

/**
 * An error of the API or on the way to it, in words for people: never a header, a token or a certificate.
 * @returns what is neither as it is: nobody foresaw it
 */
export function describeRefusal(
  error: unknown,
  what: string,
  { namespace, kubeconfig }: { namespace: string; kubeconfig: string | null },
): unknown {
  const refusal = refusalOf(error);
  const account = kubeconfig === null ? "the server's service account" : "the user of the kubeconfig";
  if (refusal === null) {
    const reason = reasonOf(error, kubeconfig);
    return reason === null ? error : new Failure("UNAVAILABLE", `Kubernetes does not answer: ${reason}.`);
  }
  const said = refusal.message === null ? "" : ` It says: ${storableText(refusal.message, messageLength)}`;
  switch (refusal.status) {
    case 401:
      return new Failure("UNAVAILABLE", `Kubernetes does not know ${account}: its token has expired or is wrong.`);
    case 403:
      return new Failure("UNAVAILABLE", `Kubernetes does not let ${account} ${what} in "${namespace}".${said}`);
    case 404:
      return new Failure("UNAVAILABLE", `Kubernetes has no namespace "${namespace}", or no Jobs.${said}`);
    case 409:
      return new Failure("CONFLICT", `Kubernetes could not ${what} in "${namespace}".${said}`);
    case 429:
      return new Failure("UNAVAILABLE", `Kubernetes is busy: it asks to wait ${refusal.retryAfterS ?? 1} s.`);
    default:
      return new Failure("UNAVAILABLE", `Kubernetes could not ${what} in "${namespace}" (HTTP ${refusal.status}).${said}`);
  }
}

/** Errors of the network are nested: "fetch failed" says nothing, its cause does. */
function reasonOf(error: unknown, kubeconfig: string | null): string | null {
  const { name, cause } = error as { name?: string; cause?: unknown };
  if (name === "TimeoutError" || name === "AbortError") return "no answer in time";
  const code = codeOf(error) ?? codeOf(cause) ?? codeOf((cause as { errors?: unknown[] } | undefined)?.errors?.[0]);
  if (code === "ENOENT" || code === "EACCES")
    return kubeconfig === null
      ? "this server runs in no pod with a service account; set COLLAPSAR_KUBECONFIG to a kubeconfig file"
      : `the file ${kubeconfig} cannot be read (${code})`;
  return code;
}

const codeOf = (error: unknown): string | null => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : null;
};
