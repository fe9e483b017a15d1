"use client";
import { type KeyboardEvent, useRef, useState } from "react";
import { readNumbers } from "../../numbers/readNumbers.ts";
import { classes } from "../../ui/classes.ts";
import { Field } from "../../ui/Field.tsx";
import { Icon } from "../../ui/Icon.tsx";

const atMost = 64;

/** Numbers as chips: type or paste "2,3,5,8" or "0-4"; Backspace in the empty field takes the last one away. */
export function ChipInput({
  label,
  hint,
  values,
  onChange,
  error,
  isValid,
  suggestions = [],
  placeholder = "2, 3, 5 or 0-4",
  testId,
}: {
  label: string;
  hint?: string;
  values: number[];
  onChange: (values: number[]) => void;
  error: string | null;
  isValid: (value: number) => boolean;
  suggestions?: { label: string; values: number[] }[];
  /** Shown while there is no value. */
  placeholder?: string;
  testId: string;
}) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);

  const commit = (typed: string) => {
    const parsed = readNumbers(typed, { atMost, isValid });
    setText(parsed.rest);
    setProblem(parsed.problem);
    if (parsed.values.length > 0) onChange([...new Set([...values, ...parsed.values])].sort((a, b) => a - b));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      if (text.trim() === "") return;
      event.preventDefault();
      commit(text);
    }
    if (event.key === "Backspace" && text === "" && values.length > 0) {
      event.preventDefault();
      onChange(values.slice(0, -1));
    }
    if (event.key === "Escape" && text !== "") {
      event.preventDefault();
      setText("");
      setProblem(null);
    }
  };

  return (
    <Field label={label} hint={hint} error={problem ?? error}>
      {(control) => (
        <>
          {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a click beside the chips goes to the input */}
          <div
            data-testid={testId}
            onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
            className={classes(
              "flex min-h-8 w-full cursor-text flex-wrap items-center gap-1 rounded-md border bg-surface px-1 py-0.75 focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2",
              (problem ?? error) ? "border-bad" : "border-line-field hover:border-ink-faint",
            )}
          >
            {values.map((value) => (
              <span
                key={value}
                className={classes(
                  "inline-flex h-6 items-center rounded-sm border pl-1.5 text-sm",
                  isValid(value) ? "border-line bg-sunken" : "border-bad bg-bad-soft text-bad",
                )}
              >
                {value}
                <button
                  type="button"
                  tabIndex={-1}
                  aria-label={`Remove ${value} from ${label.toLowerCase()}`}
                  onClick={() => onChange(values.filter((other) => other !== value))}
                  className="flex h-full items-center px-1 text-ink-faint hover:text-ink"
                >
                  <Icon name="close" size={10} />
                </button>
              </span>
            ))}
            <input
              {...control}
              ref={input}
              value={text}
              inputMode="text"
              {...(problem === null ? {} : { "data-unread": true })}
              autoComplete="off"
              placeholder={values.length === 0 ? placeholder : ""}
              onChange={(event) => {
                const typed = event.target.value;
                // A comma or a blank alone may stand within a number.
                if (/;$|,\s$/.test(typed)) commit(typed);
                else {
                  setText(typed);
                  setProblem(null);
                }
              }}
              onPaste={(event) => {
                const pasted = event.clipboardData.getData("text");
                if (!/[\s,;]/.test(pasted.trim())) return;
                event.preventDefault();
                commit(`${text}${pasted}`);
              }}
              onBlur={() => commit(text)}
              onKeyDown={onKeyDown}
              className="h-6 min-w-10 flex-1 bg-transparent px-1 text-sm outline-none"
            />
          </div>
          {suggestions.length > 0 && (
            <div className="mt-1 flex flex-wrap gap-x-3">
              {suggestions.map((suggestion) => (
                <button
                  key={suggestion.label}
                  type="button"
                  onClick={() => onChange(suggestion.values)}
                  className="text-ink-faint text-xs underline decoration-line-strong underline-offset-2 hover:text-ink"
                >
                  {suggestion.label}
                </button>
              ))}
            </div>
          )}
        </>
      )}
    </Field>
  );
}
