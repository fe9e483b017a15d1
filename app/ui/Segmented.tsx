"use client";
import { type ReactNode, useId } from "react";
import { classes } from "./classes.ts";

/** One of a few choices, all in sight; arrow keys move between them, as between radio buttons. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  onChange,
  className,
}: {
  label: string;
  options: readonly { value: T; label: ReactNode; title?: string }[];
  value: T;
  onChange: (value: T) => void;
  className?: string;
}) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={classes("inline-flex rounded-md border border-line bg-sunken p-0.5", className)}
    >
      {options.map((option) => (
        <label
          key={option.value}
          title={option.title}
          className={classes(
            "relative flex min-h-6 items-center rounded-sm px-2 text-xs transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent",
            option.value === value
              ? "bg-surface font-medium text-ink shadow-[0_0_0_1px_var(--line)]"
              : "text-ink-soft hover:text-ink",
          )}
        >
          <input
            type="radio"
            name={name}
            className="absolute inset-0 cursor-pointer opacity-0"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
