"use client";
import { useState } from "react";
import { experimentTags } from "../../../contract/config/experimentConfig.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextInput } from "../../ui/Field.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** Tags of the experiment; with a small field to add one and a cross to take one away. */
export function TagList({
  tags,
  readOnly,
  onSave,
}: {
  tags: readonly string[];
  readOnly: boolean;
  onSave: (tags: string[]) => void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  const next = draft?.trim() ? [...new Set([...tags, draft.trim()])] : null;
  const parsed = next && experimentTags.safeParse(next);
  const save = () => {
    if (parsed?.success) onSave(parsed.data);
    if (parsed === null || parsed?.success) setDraft(null);
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {tags.map((tag) => (
        <Badge key={tag}>
          <span className="truncate">{tag}</span>
          {!readOnly && (
            <button
              type="button"
              aria-label={`Remove the tag ${tag}`}
              className="-mr-1 flex size-4 shrink-0 items-center justify-center rounded-sm hover:bg-hover"
              onClick={() => onSave(tags.filter((one) => one !== tag))}
            >
              <Icon name="close" size={10} />
            </button>
          )}
        </Badge>
      ))}
      {!readOnly && draft === null && (
        <Button look="quiet" small icon="plus" aria-label="Add a tag" onClick={() => setDraft("")}>
          {tags.length === 0 ? "tag" : undefined}
        </Button>
      )}
      {draft !== null && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <TextInput
            aria-label="New tag"
            className="!h-6 !w-28 text-xs"
            value={draft}
            autoFocus
            aria-invalid={parsed?.success === false || undefined}
            title={parsed?.success === false ? parsed.error.issues[0]?.message : undefined}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={save}
            onKeyDown={(event) => event.key === "Escape" && setDraft(null)}
          />
        </form>
      )}
    </div>
  );
}
