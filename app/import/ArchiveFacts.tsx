import Link from "next/link";
import type { ArchiveSummary } from "../../contract/wire/archiveFormat.ts";
import { experimentPage } from "../links.ts";
import { countOf } from "../text/formatNumber.ts";
import { formatFull } from "../text/formatTime.ts";
import { Notice } from "../ui/Notice.tsx";

/** What an archive would make, as the server has found it. */
export function ArchiveFacts({ summary }: { summary: ArchiveSummary }) {
  const { name, runs, points, snapshots, files, unfinished, origin, duplicates, namesHidden } = summary;
  return (
    <div className="space-y-3 text-sm" data-testid="archive-facts">
      <div>
        <p className="wrap-anywhere font-semibold">{name}</p>
        <p className="text-ink-soft">
          {countOf(runs, "run")}, {countOf(points, "measured value")}, {countOf(snapshots, "picture")} of the geometry
          {files > 0 && `, ${countOf(files, "file")} of features and checkpoints`}.
        </p>
        <p className="text-ink-faint text-xs">
          Exported on {formatFull(origin.exportedAt)} by Collapsar {origin.program}
          {origin.server !== null && ` at ${origin.server}`}
          {namesHidden && "; without names of people, machines and data sets"}.
        </p>
      </div>
      {unfinished > 0 && (
        <p className="text-warn">
          {countOf(unfinished, "run")} had not ended when the archive was made and will be listed as cancelled here.
        </p>
      )}
      {duplicates.length > 0 && (
        <Notice testId="archive-duplicates">
          <div className="min-w-0">
            <p>This server already has:</p>
            <ul className="list-disc pl-5">
              {duplicates.map(({ id, name: other, same }) => (
                <li key={id} className="wrap-anywhere">
                  <Link href={experimentPage(id)} className="text-accent hover:underline">
                    {other}
                  </Link>{" "}
                  ({same === "content" ? "the same content" : "the same experiment, at another time"})
                </li>
              ))}
            </ul>
            <p>Importing adds another copy.</p>
          </div>
        </Notice>
      )}
    </div>
  );
}
