"use client";
import { type ComponentProps, createContext, type ReactNode, useContext, useEffect, useId, useState } from "react";
import { classes } from "./classes.ts";

export const inputClass =
  "h-8 w-full min-w-0 rounded-md border border-line-field bg-surface px-2.5 text-sm text-ink hover:border-ink-faint aria-invalid:border-bad disabled:opacity-50";

const FieldProblemContext = createContext<((problem: string | null) => void) | null>(null);

/** Lets a control say at its field what is wrong with what was typed, in place of the field's own words. @returns whether there is a field that says it */
export function useFieldProblem(problem: string | null): boolean {
  const say = useContext(FieldProblemContext);
  useEffect(() => {
    say?.(problem);
    return () => say?.(null);
  }, [say, problem]);
  return say !== null;
}

/** A label above its control, a hint or the error below; the control gets the ids that tie them together. */
export function Field({
  label,
  hint,
  error,
  children,
  className,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null;
  children: (control: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
  className?: string;
}) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const said = typed ?? error;
  const note = said || hint;
  return (
    <div className={classes("min-w-0", className)}>
      <label htmlFor={id} className="mb-1 block font-medium text-ink-soft text-xs">
        {label}
      </label>
      <FieldProblemContext value={setTyped}>
        {children({ id, ...(note ? { "aria-describedby": `${id}-note` } : {}), ...(said ? { "aria-invalid": true } : {}) })}
      </FieldProblemContext>
      {note && (
        <p
          id={`${id}-note`}
          className={classes("mt-1 break-words text-xs", said ? "text-bad" : "text-ink-faint")}
          {...(said ? { role: "alert", "data-testid": "field-error" } : {})}
        >
          {note}
        </p>
      )}
    </div>
  );
}

export function TextInput({ className, ...rest }: ComponentProps<"input">) {
  return <input type="text" autoComplete="off" {...rest} className={classes(inputClass, className)} />;
}

export function Select<T extends string>({
  options,
  value,
  onChange,
  className,
  ...rest
}: {
  /** Neighbours of the same `group` stand under it. */
  options: readonly SelectOption<T>[];
  value: T;
  onChange: (value: T) => void;
} & Omit<ComponentProps<"select">, "value" | "onChange">) {
  return (
    <select
      {...rest}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
      className={classes(inputClass, "pr-1.5", className)}
    >
      {inGroups(options).map(([group, members]) => {
        const shown = members.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ));
        return group === undefined ? (
          shown
        ) : (
          <optgroup key={group} label={group}>
            {shown}
          </optgroup>
        );
      })}
    </select>
  );
}

interface SelectOption<T> {
  value: T;
  label: string;
  disabled?: boolean;
  group?: string;
}

function inGroups<T>(options: readonly SelectOption<T>[]): [group: string | undefined, SelectOption<T>[]][] {
  const groups: [string | undefined, SelectOption<T>[]][] = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last && last[0] === option.group) last[1].push(option);
    else groups.push([option.group, [option]]);
  }
  return groups;
}

export function Checkbox({ label, className, ...rest }: { label: ReactNode } & ComponentProps<"input">) {
  return (
    <label className={classes("inline-flex min-h-6 items-center gap-2 text-sm", className)}>
      <input type="checkbox" {...rest} className="size-3.5" />
      {label}
    </label>
  );
}
