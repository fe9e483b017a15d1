"use client";
import { useState } from "react";
import { experimentName } from "../../../contract/config/experimentConfig.ts";
import { Button } from "../../ui/Button.tsx";
import { TextInput } from "../../ui/Field.tsx";

/** The experiment's name; a click (or Enter) edits it, Esc leaves it. */
export function EditableName({ name, readOnly, onSave }: { name: string; readOnly: boolean; onSave: (name: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  if (readOnly || draft === null)
    return (
      <h1 className="wrap-anywhere min-w-0 font-semibold text-2xl tracking-tight">
        {readOnly ? (
          name
        ) : (
          <button
            type="button"
            title="Rename"
            className="max-w-full rounded-sm text-left hover:bg-hover"
            onClick={() => setDraft(name)}
          >
            {name}
          </button>
        )}
      </h1>
    );
  const parsed = experimentName.safeParse(draft);
  const save = () => {
    if (!parsed.success) return;
    if (parsed.data !== name) onSave(parsed.data);
    setDraft(null);
  };
  return (
    <form
      className="flex min-w-0 flex-1 flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextInput
        aria-label="Name of the experiment"
        className="!h-9 max-w-lg flex-1 text-lg"
        value={draft}
        autoFocus
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setDraft(null)}
        aria-invalid={!parsed.success || undefined}
      />
      <Button type="submit" look="primary" disabled={!parsed.success}>
        Save
      </Button>
      <Button onClick={() => setDraft(null)}>Cancel</Button>
      {!parsed.success && (
        <span role="alert" className="w-full text-bad text-xs">
          {parsed.error.issues[0]?.message}
        </span>
      )}
    </form>
  );
}
