"use client";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "../account/useMe.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { countOf, formatCount } from "../text/formatNumber.ts";
import { formatFull } from "../text/formatTime.ts";
import { Notice } from "../ui/Notice.tsx";
import { Panel } from "../ui/Panel.tsx";

/** Where the watched folder is, what was imported of it last, and which files failed; nothing where none is watched. */
export function WatchedFolderPanel() {
  const trpc = useTRPC();
  const enabled = useMe()?.rights.includes("edit") ?? false;
  const { data } = useQuery(trpc.about.watchedFolder.queryOptions(undefined, { enabled, refetchInterval: 10_000 }));
  if (!data) return null;
  const { folder, looksHere, imported, latest, problems, problemCount } = data;
  const more = problemCount - problems.length;
  return (
    <Panel title="Watched folder" testId="watched-folder">
      <p className="wrap-anywhere max-w-xl text-ink-soft text-sm">
        Files of features that are put into <code className="font-mono text-ink text-xs">{`${folder}/<study>/<run>/`}</code> on
        the server’s machine are imported by themselves.
      </p>
      <p className="wrap-anywhere mt-2 text-sm" data-testid="watched-latest">
        {!looksHere
          ? "Another server of this installation looks into it: its log says what was imported, and which files failed."
          : latest === null
            ? imported === 0
              ? "Nothing was imported yet."
              : `${countOf(imported, "measurement")} imported.`
            : `${countOf(imported, "measurement")} imported, the last at ${formatFull(latest.at)}: ${[latest.study, latest.run].filter(Boolean).join(", ")}, step ${formatCount(latest.step)}${latest.split === "test" ? " (test set)" : ""}.`}
      </p>
      {problems.length > 0 && (
        <Notice tone="warn" testId="watched-problems" className="mt-3">
          <ul className="wrap-anywhere min-w-0 space-y-1">
            {problems.map((problem, at) => (
              <li key={`${at} ${problem}`}>{problem}</li>
            ))}
            {more > 0 && <li>And {formatCount(more)} more: the server’s log has them all.</li>}
          </ul>
        </Notice>
      )}
    </Panel>
  );
}
