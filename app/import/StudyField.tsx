"use client";
import Link from "next/link";
import { useEffect, useState } from "react";
import { limits } from "../../contract/limits.ts";
import type { ImportPlan } from "../../contract/wire/imports.ts";
import { experimentPage } from "../links.ts";
import { Field, TextInput } from "../ui/Field.tsx";

interface StudyFieldProps {
  name: string;
  existing: ImportPlan["study"]["existing"];
  onChange: (name: string) => void;
}

/** The experiment's name; what is typed counts once it is left, or Enter is pressed. */
export function StudyField({ name, existing, onChange }: StudyFieldProps) {
  const [typed, setTyped] = useState(name);
  useEffect(() => setTyped(name), [name]);
  const settle = () => {
    const text = typed.trim();
    if (text !== "" && text !== name) onChange(text);
  };
  return (
    <Field
      label="Experiment"
      error={typed.trim() === "" ? "Name the experiment" : null}
      hint={
        existing && (
          <>
            The runs are added to{" "}
            <Link href={experimentPage(existing.id)} className="text-accent hover:underline">
              {existing.name}
            </Link>
            ; type another name for an experiment of their own.
          </>
        )
      }
    >
      {(control) => (
        <TextInput
          {...control}
          value={typed}
          maxLength={limits.nameLength}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={settle}
          onKeyDown={({ key }) => key === "Enter" && settle()}
        />
      )}
    </Field>
  );
}
