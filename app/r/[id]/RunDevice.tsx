"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { regularizerLabel } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { precisionText } from "../../../contract/precision.ts";
import type { RunDetail } from "../../../contract/wire/views.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { runPage } from "../../links.ts";
import { countOf, formatCount } from "../../text/formatNumber.ts";
import { runTitle } from "../../text/runTitle.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Facts } from "../../ui/Table.tsx";

/** What computed the run, how exactly, and what trained along with it. */
export function RunDevice({ detail }: { detail: RunDetail }) {
  const started = detail.attempts.findLast((attempt) => attempt.started !== null)?.started ?? null;
  if (started === null) return <p className="text-ink-faint text-sm">Known once a worker has started the run.</p>;
  const { device, pack } = started;
  const rows: [ReactNode, ReactNode][] = [
    ["Device", [device.device, device.provider].filter(Boolean).join(", ")],
    ...(device.card === undefined ? [] : [["GPU", device.card] as [ReactNode, ReactNode]]),
    ["Precision", device.precision === undefined ? "not known: its worker did not say" : precisionText(device.precision)],
    ["Engine", device.engine],
    ["Why", device.reason],
    ["Pack", pack === undefined ? "none: it trained alone" : <Pack key="pack" detail={detail} runs={pack.runs} />],
    ["Parameters", formatCount(started.parameters)],
    ...Object.entries(started.versions).map(([name, version]): [ReactNode, ReactNode] => [name, version]),
  ];
  return <Facts rows={rows} />;
}

/** Mates that are listed without being asked for. */
const shownMates = 6;

function Pack({ detail, runs }: { detail: RunDetail; runs: number }) {
  const share = useShareToken();
  const { packMates: mates } = detail;
  const list = (some: typeof mates) =>
    some.map((mate) => (
      <li key={mate.id}>
        <Link
          href={runPage(mate.id, share)}
          className="text-accent hover:underline"
          title={`${runTitle(mate.config)}, of ${mate.experimentName}`}
        >
          {mateTitle(mate.config)}
        </Link>
        {mate.experimentId !== detail.row.experimentId && <span className="text-ink-faint"> of {mate.experimentName}</span>}
      </li>
    ));
  const unseen = runs - 1 - mates.length;
  return (
    <div data-testid="pack" className="space-y-1">
      <p>
        {countOf(runs, "run")} in one pack{mates.length > 0 && ": this one and"}
      </p>
      {mates.length > 0 && <ul className="space-y-0.5 text-xs">{list(mates.slice(0, shownMates))}</ul>}
      {mates.length > shownMates && (
        <details className="text-xs">
          <summary className="text-ink-soft hover:text-ink">and {countOf(mates.length - shownMates, "other")}</summary>
          <ul className="mt-1 space-y-0.5">{list(mates.slice(shownMates))}</ul>
        </details>
      )}
      {unseen > 0 && mates.length > 0 && (
        <p className="text-ink-faint text-xs">{countOf(unseen, "other is", "others are")} not listed here</p>
      )}
    </div>
  );
}

/** What can differ between the runs of a pack: the rest is as in this run. */
const mateTitle = ({ seed, regularizer, training }: RunConfig) =>
  [`seed ${seed}`, regularizerLabel(regularizer), `rate ${shortNumber(training.learningRate)}`].join(" · ");
