import { randomUUID } from "node:crypto";
import type { FailureCode } from "../../../contract/failure.ts";
import { terminalStatuses } from "../../../contract/status.ts";
import { boundText, type MetricBound, type NotificationBody } from "../../../contract/wire/notifications.ts";
import { storableText } from "../../../contract/wireText.ts";
import type { ListedExperiment } from "../../../db/queries/experiments.ts";

interface About {
  publicUrl: string;
  experiment: ListedExperiment;
}

interface NotedRun {
  id: string;
  step: number;
  config: unknown;
  failure: { code: FailureCode; message: string } | null;
}

const countOf = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function common(event: NotificationBody["event"], { publicUrl, experiment: { id, name } }: About, at: Date, text: string) {
  const url = `${publicUrl}/e/${id}`;
  return { id: randomUUID(), event, at: at.toISOString(), text: `${name}: ${text} ${url}`, experiment: { id, name, url } };
}

export function endBody(about: About, endedAt: Date): NotificationBody {
  const { counts } = about.experiment;
  const ended = terminalStatuses.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  const total = terminalStatuses.reduce((sum, status) => sum + counts[status], 0);
  return { ...common("experiment.ended", about, endedAt, `all ${countOf(total, "run")} ended (${ended.join(", ")}).`), counts };
}

export function failureBody(about: About, run: NotedRun): NotificationBody {
  const failure = run.failure === null ? null : { code: run.failure.code, message: storableText(run.failure.message, 500) };
  const text = `a run failed for good at step ${run.step}${failure === null ? "." : `: ${failure.message}`}`;
  return { ...common("run.failed", about, new Date(), text), run: { ...runOf(about, run), failure } };
}

export function metricBody(about: About, run: NotedRun, bound: MetricBound, measured: number): NotificationBody {
  const text = `${boundText(bound)}: it is ${measured} at step ${run.step} of a run.`;
  return {
    ...common("metric.passed", about, new Date(), text),
    run: runOf(about, run),
    metric: { ...bound, measured, step: run.step },
  };
}

export function testBody(publicUrl: string): NotificationBody {
  const text = `This is a test of a Collapsar webhook. ${publicUrl}`;
  return { id: randomUUID(), event: "test", at: new Date().toISOString(), text, experiment: null };
}

const runOf = ({ publicUrl }: About, { id, config }: NotedRun) => ({ id, url: `${publicUrl}/r/${id}`, config });
