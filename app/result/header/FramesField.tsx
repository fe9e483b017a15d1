"use client";
import { useState } from "react";
import { type FramePolicy, framePolicy } from "../../../contract/wire/framePolicy.ts";
import { Field, inputClass, Select } from "../../ui/Field.tsx";

type Kind = "nobody" | "anywhere" | "listed";
const kinds: { value: Kind; label: string }[] = [
  { value: "nobody", label: "no site" },
  { value: "listed", label: "these sites" },
  { value: "anywhere", label: "any site" },
];

/** A frame policy while a person types it. */
export interface TypedFrames {
  kind: Kind;
  sites: string;
}

export const typedFrames = (frames: FramePolicy): TypedFrames =>
  typeof frames === "string" ? { kind: frames, sites: "" } : { kind: "listed", sites: frames.join("\n") };

/** @returns what was typed, or in words what is wrong with it */
export function readFrames({ kind, sites }: TypedFrames): { frames: FramePolicy } | { problem: string } {
  const read = framePolicy.safeParse(kind === "listed" ? sites.split(/[\s,]+/).filter(Boolean) : kind);
  if (read.success) return { frames: read.data };
  return { problem: read.error.issues[0]?.message ?? "" };
}

export const framesText = (frames: FramePolicy): string =>
  frames === "nobody" ? "no embedding" : frames === "anywhere" ? "any site may embed" : `${frames.join(", ")} may embed`;

/** Which sites may show the link's charts in a frame. */
export function FramesField({ value, onChange }: { value: TypedFrames; onChange: (value: TypedFrames) => void }) {
  const [left, setLeft] = useState(false);
  const read = readFrames(value);
  const problem = left && "problem" in read ? read.problem : null;
  return (
    <div className="space-y-2">
      <span className="flex flex-wrap items-center gap-2 text-sm">
        Charts may be embedded by
        <Select
          aria-label="Who may embed charts"
          className="w-auto!"
          options={kinds}
          value={value.kind}
          onChange={(kind) => onChange({ ...value, kind })}
          data-testid="frames-kind"
        />
      </span>
      {value.kind === "listed" && (
        <Field label="Sites" hint="One on each line, with https:// in front: https://lab.example.org" error={problem}>
          {(control) => (
            <textarea
              {...control}
              rows={2}
              spellCheck={false}
              className={`${inputClass} h-auto! py-1.5`}
              value={value.sites}
              onChange={(event) => onChange({ ...value, sites: event.target.value })}
              onBlur={() => setLeft(true)}
              data-testid="frames-sites"
            />
          )}
        </Field>
      )}
    </div>
  );
}
