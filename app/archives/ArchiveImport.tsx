"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useId } from "react";
import type { ArchiveSummary } from "../../contract/wire/archiveFormat.ts";
import { experimentPage } from "../links.ts";
import { countOf } from "../text/formatNumber.ts";
import { formatFull } from "../text/formatTime.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Progress } from "../ui/Progress.tsx";
import { importArchive, inspectArchive } from "./sendArchive.ts";

interface ArchiveImportProps {
  file: File;
  onDone: (experimentId: string) => void;
  onCancel: () => void;
}

/** What an archive would make, as the server has found it, and the button that makes it. */
export function ArchiveImport({ file, onDone, onCancel }: ArchiveImportProps) {
  const id = useId();
  const found = useQuery({
    queryKey: ["archive", id, file.name, file.size, file.lastModified],
    queryFn: () => inspectArchive(file),
    retry: false,
    refetchOnWindowFocus: false,
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const making = useMutation({ mutationFn: () => importArchive(file), onSuccess: (made) => onDone(made.id) });
  const problem = found.error ?? making.error;
  const busy = found.isPending || making.isPending;
  return (
    <div className="space-y-4" data-testid="archive-import">
      {busy && (
        <div className="space-y-2" role="status">
          <p className="text-ink-soft text-sm">
            {found.isPending ? `Reading and checking ${file.name}…` : `Importing ${file.name}…`}
          </p>
          <Progress share={1} label="Working" busy />
        </div>
      )}
      {problem && (
        <Notice role="alert" tone="bad" testId="archive-problem">
          <span className="wrap-anywhere min-w-0">{problem.message}</span>
        </Notice>
      )}
      {found.data && <Summary summary={found.data} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button
          look="primary"
          disabled={busy || found.data === undefined}
          onClick={() => making.mutate()}
          data-testid="archive-confirm"
        >
          Import
        </Button>
      </div>
    </div>
  );
}

function Summary({ summary }: { summary: ArchiveSummary }) {
  const { name, runs, points, snapshots, files, unfinished, origin, duplicates, namesHidden } = summary;
  return (
    <div className="space-y-3 text-sm">
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
