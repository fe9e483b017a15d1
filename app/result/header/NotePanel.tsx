"use client";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { experimentNote } from "../../../contract/config/experimentConfig.ts";
import { Button } from "../../ui/Button.tsx";
import { inputClass } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";

// Markdown and formulas weigh more than the rest of the page: loaded when a note is shown.
const NoteText = lazy(() => import("./NoteText.tsx").then((module) => ({ default: module.NoteText })));

/** The experiment's note in Markdown with formulas, editable next to its preview. */
export function NotePanel({
  note,
  readOnly,
  onSave,
}: {
  note: string;
  readOnly: boolean;
  onSave: (note: string) => Promise<boolean>;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  // Setting a long note takes longer than a key: the text goes first.
  const preview = useDeferredValue(draft);
  const [saving, setSaving] = useState(false);
  const parsed = draft === null ? null : experimentNote.safeParse(draft);
  const save = async () => {
    if (!parsed?.success) return;
    setSaving(true);
    const saved = await onSave(parsed.data);
    setSaving(false);
    if (saved) setDraft(null);
  };
  if (readOnly && note.trim() === "") return null;
  return (
    <Panel
      title="Note"
      testId="note"
      actions={
        readOnly ? undefined : draft === null ? (
          <Button small onClick={() => setDraft(note)}>
            {note.trim() === "" ? "Write a note" : "Edit"}
          </Button>
        ) : (
          <>
            <Button small onClick={() => setDraft(null)}>
              Cancel
            </Button>
            <Button small look="primary" disabled={!parsed?.success || saving} onClick={save}>
              Save
            </Button>
          </>
        )
      }
    >
      {draft === null ? (
        note.trim() === "" ? (
          <p className="text-ink-faint text-sm">What was asked, what was found: Markdown, with formulas between dollar signs.</p>
        ) : (
          <Suspense fallback={<Skeleton className="h-16 w-full" />}>
            <NoteText text={note} />
          </Suspense>
        )
      ) : (
        <div className="grid gap-4 md:grid-cols-2">
          <div>
            <textarea
              aria-label="Note (Markdown)"
              className={`${inputClass} !h-auto min-h-48 resize-y py-2 font-mono text-xs`}
              value={draft}
              onChange={(event) => setDraft(event.target.value)}
              onKeyDown={(event) => {
                if ((event.metaKey || event.ctrlKey) && event.key === "Enter") void save();
              }}
            />
            {parsed?.success === false && (
              <p role="alert" className="text-bad text-xs">
                {parsed.error.issues[0]?.message}
              </p>
            )}
          </div>
          <Suspense fallback={<Skeleton className="h-16 w-full" />}>
            <NoteText text={preview ?? draft} />
          </Suspense>
        </div>
      )}
    </Panel>
  );
}
