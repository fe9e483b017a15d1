"use client";
import { type ComponentProps, useState } from "react";
import { TextInput } from "../ui/Field.tsx";

/** A number as a person writes it (1e-3, 0.005); what is no number is passed on as NaN, for the schema to refuse. */
export function NumberInput({
  value,
  onChange,
  ...rest
}: { value: number; onChange: (value: number) => void } & Omit<ComponentProps<"input">, "value" | "onChange" | "type">) {
  const [text, setText] = useState(write(value));
  const shown = read(text);
  // The value changed from outside (a preset, a fork): the text follows it.
  if (!Object.is(shown, value) && !(Number.isNaN(shown) && !Number.isFinite(value))) setText(write(value));
  return (
    <TextInput
      inputMode="decimal"
      {...rest}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}

const write = (value: number | null) => (value === null || Number.isNaN(value) ? "" : String(value));
const read = (text: string) => (text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", ".")));
