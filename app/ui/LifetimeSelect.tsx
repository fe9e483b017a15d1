"use client";
import type { ComponentProps } from "react";
import { Select } from "./Field.tsx";

/** Days that a token or a link is valid; null: until it is revoked. */
export type Lifetime = number | null;

const textOf = (days: Lifetime): string => {
  if (days === null) return "until revoked";
  if (days === 365) return "for 1 year";
  return days === 1 ? "for 1 day" : `for ${days} days`;
};

/** How long something is valid, chosen among a few spans of days. */
export function LifetimeSelect({
  choices,
  value,
  onChange,
  ...rest
}: { choices: readonly Lifetime[]; value: Lifetime; onChange: (days: Lifetime) => void } & Omit<
  ComponentProps<"select">,
  "value" | "onChange"
>) {
  return (
    <Select
      {...rest}
      options={choices.map((days) => ({ value: String(days), label: textOf(days) }))}
      value={String(value)}
      onChange={(chosen) => onChange(choices.find((days) => String(days) === chosen) ?? null)}
    />
  );
}
