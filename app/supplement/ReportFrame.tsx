import type { ReactNode } from "react";
import { type AnySupplement, isExternalSupplement, roundedDigits } from "../../contract/wire/supplement.ts";
import { NoteText } from "../result/header/NoteText.tsx";
import { countOf } from "../text/formatNumber.ts";
import { formatDay } from "../text/formatTime.ts";
import { Section } from "./Section.tsx";

/** What stands around every report: its heading, what holds where its code cannot run, and who made it. @param source below the heading */
export function ReportFrame({
  supplement,
  source = null,
  children,
}: {
  supplement: AnySupplement;
  source?: ReactNode;
  children: ReactNode;
}) {
  const { detail, anonymous, madeAt } = supplement;
  const isElsewhere = isExternalSupplement(supplement);
  const finished = (detail.runs as readonly { status: string }[]).filter(({ status }) => status === "finished").length;
  return (
    <main className="mx-auto max-w-6xl space-y-8 px-4 py-8 sm:px-6">
      <header className="space-y-2">
        <h1 className="wrap-anywhere font-semibold text-2xl tracking-tight">{detail.name}</h1>
        <p className="text-ink-soft text-sm">
          {countOf(detail.runs.length, "run")}, {finished} finished
          {detail.tags.length > 0 && ` · ${detail.tags.join(", ")}`}
          {!anonymous && detail.launchedBy !== null && ` · ${isElsewhere ? "reported" : "launched"} by ${detail.launchedBy}`}
          {!anonymous && ` · ${formatDay(madeAt)}`}
        </p>
        {source}
        <noscript>
          <p className="text-warn text-sm">
            JavaScript is off: the figures below are pictures of the charts. With it, metrics, lines and axes can be chosen.
          </p>
        </noscript>
        <p id="unread" hidden className="text-warn text-sm">
          This browser cannot unpack the data of this file: the figures below are pictures of the charts.
        </p>
      </header>

      {children}

      <footer className="border-line border-t pt-4 text-ink-faint text-xs">
        Made by Collapsar {detail.program}; this file needs no network. Values of layers before the last one
        {isElsewhere && " and curves over the steps"} are rounded to {roundedDigits} digits; the study's archive has every
        measured value in full.
      </footer>
    </main>
  );
}

/** The study's note, where there is one and whoever made the report wanted it. */
export function NoteSection({ supplement: { detail, withNote } }: { supplement: AnySupplement }) {
  if (!withNote || detail.note.trim() === "") return null;
  return (
    <Section title="Note" id="note">
      <NoteText text={detail.note} mathml />
    </Section>
  );
}
