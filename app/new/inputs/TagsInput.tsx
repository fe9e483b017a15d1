"use client";
import { useState } from "react";
import { limits } from "../../../contract/limits.ts";
import { TextInput } from "../../ui/Field.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** Short words as chips; Enter or a comma ends one. */
export function TagsInput({ tags, onChange, ...control }: { tags: string[]; onChange: (tags: string[]) => void; id: string }) {
  const [text, setText] = useState("");
  const commit = () => {
    const added = text
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "" && !tags.includes(tag));
    setText("");
    if (added.length > 0) onChange([...tags, ...added]);
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {tags.map((tag) => (
        <span key={tag} className="inline-flex h-8 max-w-full items-center rounded-md border border-line bg-sunken pl-2 text-sm">
          <span className="truncate">{tag}</span>
          <button
            type="button"
            aria-label={`Remove the tag ${tag}`}
            onClick={() => onChange(tags.filter((other) => other !== tag))}
            className="flex h-full items-center px-1.5 text-ink-faint hover:text-ink"
          >
            <Icon name="close" size={10} />
          </button>
        </span>
      ))}
      <TextInput
        {...control}
        value={text}
        maxLength={limits.tagLength}
        placeholder={tags.length === 0 ? "cifar, ablation" : "another"}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== ",") return;
          event.preventDefault();
          commit();
        }}
        className="w-40!"
      />
    </div>
  );
}
