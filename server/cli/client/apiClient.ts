import { openAsBlob } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiErrorCode, ApiIssue } from "../../../contract/api/apiError.ts";
import { Failure, type FailureCode, failureCodes } from "../../../contract/failure.ts";

/** A server that is not ready, or too busy, is asked again for so long, ms. */
const patienceMs = 30_000;
/** An answer that has not begun after so long is given up, ms. */
const answerMs = 120_000;

/** A refusal of the server's, with the places of a request that it is about. */
export class ApiFailure extends Failure {
  readonly issues: readonly ApiIssue[];

  constructor(code: FailureCode, message: string, issues: readonly ApiIssue[] = []) {
    super(code, message);
    this.issues = issues;
  }
}

export interface Asked {
  /** Sent as JSON. */
  body?: unknown;
  /** The request is carried out once, however often it is sent. */
  key?: string;
  /** Sent as it is, from the disk. */
  file?: { path: string; type: string };
}

/** Asks the API of one server. */
export class ApiClient {
  readonly url: string;
  private token: string | null;
  private readonly findToken: (url: string) => Promise<string | null>;

  /**
   * @param url origin of the server
   * @param findToken looks for one where none is given and the server wants one
   */
  constructor(url: string, token: string | null, findToken: (url: string) => Promise<string | null>) {
    this.url = url;
    this.token = token;
    this.findToken = findToken;
  }

  /** The JSON of an answer. @throws Failure UNAVAILABLE where no server answers, or as the server refuses */
  async json<Answer>(method: "GET" | "POST" | "DELETE", path: string, asked: Asked = {}): Promise<Answer> {
    const response = await this.open(method, path, asked);
    try {
      return (await response.json()) as Answer;
    } catch {
      throw this.isNone("its answer is not JSON");
    }
  }

  /** An answer whose content is read by whoever asks. @throws Failure likewise */
  async open(method: "GET" | "POST" | "DELETE", path: string, asked: Asked = {}): Promise<Response> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const response = await this.send(method, path, asked);
      if (response.ok) return response;
      if (response.status === 401 && this.token === null) {
        this.token = await this.findToken(this.url);
        if (this.token !== null) {
          await response.body?.cancel();
          continue;
        }
      }
      const afterMs = 1_000 * Number(response.headers.get("retry-after") ?? Number.NaN);
      const mayAgain = [429, 503].includes(response.status) && (method === "GET" || asked.key !== undefined);
      if (!mayAgain || !(performance.now() + afterMs < deadline)) throw await this.refusal(response);
      await response.body?.cancel();
      await sleep(Math.max(200, afterMs));
    }
  }

  private async send(method: string, path: string, { body, key, file }: Asked): Promise<Response> {
    const content = file ? await openAsBlob(file.path) : body === undefined ? undefined : JSON.stringify(body);
    const type = file?.type ?? (body === undefined ? null : "application/json");
    const late = new AbortController();
    // A file takes its time on its way up; the answer to it is awaited without a limit.
    const timer = file ? null : setTimeout(() => late.abort(), answerMs);
    try {
      return await fetch(`${this.url}/api/v1${path}`, {
        method,
        redirect: "manual",
        signal: late.signal,
        body: content,
        headers: {
          ...(this.token !== null && { authorization: `Bearer ${this.token}` }),
          ...(type !== null && { "content-type": type }),
          ...(key !== undefined && { "idempotency-key": key }),
        },
      });
    } catch (error) {
      throw new Failure(
        "UNAVAILABLE",
        `No server answers at ${this.url} (${reasonOf(error)}): start one with “npx collapsar start”, or name another with --server or COLLAPSAR_URL. “npx collapsar doctor” says what is wrong on this machine.`,
      );
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }

  private async refusal(response: Response): Promise<Failure> {
    const { status } = response;
    if (status >= 300 && status < 400)
      return new Failure(
        "INVALID",
        `${this.url} sends requests on to ${response.headers.get("location")?.slice(0, 200) ?? "another address"}: give that server's address with --server.`,
      );
    const text = (await response.text().catch(() => "")).slice(0, 100_000);
    const { code, message, issues } = errorIn(text) ?? {};
    if (code === undefined || message === undefined) {
      // A server that starts, or a proxy in front of it.
      if (status === 503 || status === 502 || status === 504)
        return new Failure(
          "UNAVAILABLE",
          `${this.url} is not ready (${status}${text.length < 200 && text !== "" ? `: ${text.trim()}` : ""}): try again later.`,
        );
      return this.isNone(`it answered with status ${status}`);
    }
    if (status === 401)
      return new ApiFailure(
        "NOT_ALLOWED",
        `${this.token === null ? `${this.url} needs a token.` : message} Make one under “Sessions and tokens” (${this.url}/access), with the scope “launch” to launch and import or “read” to follow and export, and set COLLAPSAR_TOKEN to it.`,
      );
    return new ApiFailure(isFailureCode(code) ? code : code === "TOO_MANY_REQUESTS" ? "UNAVAILABLE" : "INVALID", message, issues);
  }

  private isNone(why: string): Failure {
    return new Failure(
      "UNAVAILABLE",
      `The server at ${this.url} is not a Collapsar server of this version (${why}): name one with --server.`,
    );
  }
}

const isFailureCode = (code: ApiErrorCode): code is FailureCode => (failureCodes as readonly string[]).includes(code);

function errorIn(text: string): { code?: ApiErrorCode; message?: string; issues?: ApiIssue[] } | null {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown; issues?: unknown } };
    if (typeof error?.code !== "string" || typeof error.message !== "string") return null;
    return { code: error.code as ApiErrorCode, message: error.message, issues: Array.isArray(error.issues) ? error.issues : [] };
  } catch {
    return null;
  }
}

/** What kept a request from being answered, in the system's words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "AbortError") return `no answer within ${answerMs / 1_000} s`;
  const { cause } = error as { cause?: unknown };
  const code = (error as NodeJS.ErrnoException).code;
  if (cause instanceof Error) return reasonOf(cause);
  if (error instanceof AggregateError && error.errors[0]) return reasonOf(error.errors[0]);
  return code ?? error.message.slice(0, 200);
}
