import { randomUUID } from "node:crypto";
import type {
  ExternalEvent,
  ExternalEvents,
  OpenExternalRun,
  OpenedExternalRun,
} from "../../../contract/external/externalRequests.ts";
import { type ApiOptions, askApi } from "../client/api.ts";

/** Features [N][d] of three classes, their labels, and a classifier [K][d]: what tests of external runs measure. */
export const features = [
  [2.0, 0.5, -1.0, 0.25],
  [1.75, 0.25, -0.75, 0.5],
  [2.25, 0.0, -1.25, 0.0],
  [-1.0, 1.5, 0.5, 0.75],
  [-0.75, 1.25, 0.25, 1.0],
  [-1.25, 2.0, 0.75, 0.5],
  [0.5, -2.0, 1.0, -1.0],
  [0.25, -1.5, 1.25, -0.5],
  [0.0, -1.75, 0.75, -1.25],
];
export const labels = [0, 0, 0, 1, 1, 1, 2, 2, 2];
export const weights = [
  [1.0, 0.25, -0.5, 0.0],
  [-0.5, 0.75, 0.25, 0.5],
  [-0.25, -1.0, 0.5, -0.5],
];

export const packed = (numbers: readonly number[]): string => Buffer.from(new Float64Array(numbers).buffer).toString("base64");

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, j) => value - b[j]!);
const meanOf = (rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
const largest = (values: readonly number[]) => values.indexOf(Math.max(...values));

type Sums = Extract<ExternalEvent, { kind: "sums" }>;

/** What a client sends of features, by plain loops of its own. */
export function sumsOf(
  step: number,
  { H = features, y = labels, W = weights as number[][] | null, name = "features", split = "train" as const, more = {} } = {},
): Sums {
  const K = W?.length ?? Math.max(...y) + 1;
  const rowsOf = (k: number) => H.filter((_, i) => y[i] === k);
  const ks = Array.from({ length: K }, (_, k) => k);
  const means = ks.map((k) => meanOf(rowsOf(k)));
  const centre = meanOf(means);
  const directions = means.map((mean) => minus(mean, centre));
  const moments = new Array<number>(K * K).fill(0);
  let [labelMisses, predictionMisses, right, fit, cosine] = [0, 0, 0, 0, 0];
  H.forEach((h, i) => {
    const a = directions.map((m) => dot(minus(h, means[y[i]!]!), m));
    for (const k of ks) for (const l of ks) moments[k * K + l]! += a[k]! * a[l]!;
    const nearest = largest(means.map((mean) => -dot(minus(h, mean), minus(h, mean))));
    if (nearest !== y[i]) labelMisses++;
    if (!W) return;
    const z = W.map((row) => dot(row, h));
    if (largest(z) === y[i]) right++;
    if (largest(z) !== nearest) predictionMisses++;
    fit += Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[y[i]!]!;
    cosine += 1 - z[y[i]!]! / Math.sqrt(dot(h, h) * dot(W[y[i]!]!, W[y[i]!]!));
  });
  const layer = {
    ...{ name, dim: H[0]!.length, counts: packed(ks.map((k) => rowsOf(k).length)), means: packed(means.flat()) },
    within: packed(ks.map((k) => rowsOf(k).reduce((sum, h) => sum + dot(minus(h, means[k]!), minus(h, means[k]!)), 0))),
    ...{ moments: packed(moments), labelMisses, ...(W && { predictionMisses }) },
  };
  return {
    ...{ kind: "sums", step, split, passes: 2, layers: [layer] },
    ...(W && {
      head: { weights: packed(W.flat()) },
      cosines: { sum: cosine, zeroVectors: 0 },
      accuracy: right / H.length,
      fit: fit / H.length,
    }),
    ...more,
  };
}

export const numbered = (events: ExternalEvent[], from = 1): ExternalEvents["events"] =>
  events.map((event, at) => ({ seq: from + at, at: 1_760_000_000_000 + at, event }));

export const opening = (change: Partial<OpenExternalRun> = {}): OpenExternalRun => ({
  ...{ study: "Elsewhere", config: { depth: 18, seed: 0 }, runKey: randomUUID(), session: randomUUID() },
  client: { name: "collapsar.py", version: "0.1.0" },
  ...change,
});

export const openRun = (server: { url: string }, change: Partial<OpenExternalRun> = {}, options: ApiOptions = {}) =>
  askApi<OpenedExternalRun & { error?: { code: string; message: string } }>(server, "POST", "/external/runs", {
    ...options,
    body: opening(change),
  });

export const report = (
  server: { url: string },
  runId: string,
  events: ExternalEvents["events"],
  { attempt = 1, ...options }: ApiOptions & { attempt?: number } = {},
) =>
  askApi<{ storedThrough: number; warnings?: string[]; error?: { code: string; message: string } }>(
    server,
    "POST",
    `/external/runs/${runId}/events`,
    { ...options, body: { attempt, events } },
  );
