"use client";
import type { ReactNode } from "react";
import { classes } from "../../ui/classes.ts";
import { Icon } from "../../ui/Icon.tsx";

interface ToggleOption<T> {
  value: T;
  label: ReactNode;
  hint?: string;
}

/** Several of a few choices, each a chip with a tick. */
export function ToggleChips<T>({
  label,
  options,
  values,
  keyOf,
  onChange,
  error,
}: {
  label: string;
  options: readonly ToggleOption<T>[];
  values: readonly T[];
  keyOf: (value: T) => string;
  onChange: (values: T[]) => void;
  error: string | null;
}) {
  const chosen = new Set(values.map(keyOf));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-medium text-ink-soft text-xs">{label}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map((option) => {
          const key = keyOf(option.value);
          const on = chosen.has(key);
          return (
            <label
              key={key}
              title={option.hint}
              className={classes(
                "inline-flex h-8 items-center gap-1.5 rounded-md border px-2.5 text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
                on
                  ? "border-ink bg-surface text-ink"
                  : "border-line border-dashed text-ink-faint hover:border-line-strong hover:text-ink",
              )}
            >
              <input
                type="checkbox"
                className="sr-only"
                checked={on}
                onChange={() =>
                  onChange(
                    options
                      .map((other) => other.value)
                      .filter((value) => (keyOf(value) === key ? !on : chosen.has(keyOf(value)))),
                  )
                }
              />
              <Icon name={on ? "check" : "plus"} size={12} />
              {option.label}
            </label>
          );
        })}
      </div>
      {error && (
        <p role="alert" data-testid="field-error" className="mt-1 text-bad text-xs">
          {error}
        </p>
      )}
    </fieldset>
  );
}
