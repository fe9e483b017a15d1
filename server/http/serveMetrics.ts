import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessKey } from "../access/accessKey.ts";
import { findAccess } from "../access/findAccess.ts";
import { personWith, refuseAccess } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { registry } from "../metrics/counters.ts";
import { answerText } from "./answerText.ts";

export interface MetricsDoor {
  context: ServiceContext;
  accessKey: AccessKey | null;
  /** Lets in by itself, also while the database is away; null: only who may read studies. */
  metricsToken: string | null;
}

/**
 * Answers GET /metrics in Prometheus' text format, to whoever shows COLLAPSAR_METRICS_TOKEN or an API token with the right to read as
 * `authorization: Bearer`, and to people who are signed in.
 */
export async function serveMetrics(
  { context, accessKey, metricsToken }: MetricsDoor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const shown = /^Bearer +(\S{1,500})$/i.exec(request.headers.authorization ?? "")?.[1];
  if (metricsToken === null || shown === undefined || !same(shown, metricsToken)) {
    const { access } = await findAccess(context.database.orm, accessKey, request.headers, undefined);
    if (personWith(access, "read") === null) {
      const { status, message } = refuseAccess(access, "read");
      return answerText(response, status, message);
    }
  }
  const text = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType, "cache-control": "no-store" });
  response.end(text);
}

function same(a: string, b: string): boolean {
  const digestOf = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digestOf(a), digestOf(b));
}
