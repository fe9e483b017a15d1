"use client";
import { memo, useMemo } from "react";
import type { RunRow } from "../../../contract/wire/views.ts";
import { runNumbers } from "../../text/numberRanges.ts";
import { shortHash } from "../../text/shortHash.ts";
import { Notice } from "../../ui/Notice.tsx";
import { type DataConflict, dataConflicts } from "../model/grid/dataVersions.ts";

/** Says where runs of one name were trained, or probed, on several data sets, and which runs are on which. */
export const DataNotice = memo(function DataNotice({ rows, readOnly }: { rows: readonly RunRow[]; readOnly: boolean }) {
  const conflicts = useMemo(() => dataConflicts(rows), [rows]);
  if (conflicts.length === 0) return null;
  return (
    <Notice role="alert" testId="data-notice">
      <div className="min-w-0 space-y-1">
        {conflicts.map((conflict, index) => (
          <Conflict key={index} conflict={conflict} />
        ))}
        <p className="text-ink-soft">
          Their runs are drawn apart and never averaged together.
          {!readOnly &&
            " To have one data set, delete the runs on the wrong one and choose “Run missing”; a worker whose copy differs is named on the page of its runs."}
        </p>
      </div>
    </Notice>
  );
});

function Conflict({ conflict: { name, use, versions } }: { conflict: DataConflict }) {
  return (
    <p className="break-words">
      <strong className="font-semibold">{versions.length} different data sets under one name</strong>
      {use === "probed" && ", used after training"}
      {use === "other" && ", measured as a second set"}: “{name}” has{" "}
      {versions.map(({ hash, runs }, index) => (
        <span key={hash}>
          {index > 0 && (index === versions.length - 1 ? " and " : ", ")}
          {index === 0 && "the hash "}
          <code className="font-mono text-xs" title={hash === null ? "Not recorded when it was trained" : `sha256 ${hash}`}>
            {hash === null ? "unknown" : `${shortHash(hash)}…`}
          </code>{" "}
          ({runNumbers(runs)})
        </span>
      ))}
      .
    </p>
  );
}
