import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** Of this process: memory, processor, event loop, garbage collection, and what is counted below. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const registers = [registry];

/** What this server has done since it started; sums over several servers are sums of theirs. */
export const counters = {
  points: new Counter({ registers, name: "collapsar_ingest_points_total", help: "Values of series that were stored." }),
  batches: new Counter({
    ...{ registers, name: "collapsar_ingest_batches_total", help: "Batches of events from workers, by what became of them." },
    labelNames: ["outcome"] as const,
  }),
  attemptsEnded: new Counter({
    ...{
      registers,
      name: "collapsar_attempts_ended_total",
      help: "Attempts that ended, by code; WORKER_LOST: the lease ran out.",
    },
    labelNames: ["code"] as const,
  }),
  uploads: new Counter({
    ...{ registers, name: "collapsar_uploads_total", help: "Files of runs that workers sent, by what became of them." },
    labelNames: ["outcome"] as const,
  }),
  uploadedBytes: new Counter({ registers, name: "collapsar_uploaded_bytes_total", help: "Bytes of files that were stored." }),
  requests: new Histogram({
    ...{ registers, name: "collapsar_http_request_duration_seconds", help: "HTTP requests, until the answer was sent." },
    labelNames: ["route", "method", "status"] as const,
    buckets: [0.005, 0.02, 0.1, 0.3, 1, 3, 10, 60],
  }),
};
