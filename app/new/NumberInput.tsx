"use client";
import { type ComponentProps, useState } from "react";
import { TextInput } from "../ui/Field.tsx";

type InputProps = Omit<ComponentProps<"input">, "value" | "onChange" | "type">;

/** A number as a person writes it (1e-3, 0.005); what is no number is passed on as NaN, for the schema to refuse. */
export function NumberInput({ value, onChange, ...rest }: { value: number; onChange: (value: number) => void } & InputProps) {
  return <TypedInput {...rest} value={value} onChange={(next) => onChange(next ?? Number.NaN)} />;
}

/** A number that may be left out: an empty field is null. */
export function OptionalNumberInput(props: { value: number | null; onChange: (value: number | null) => void } & InputProps) {
  return <TypedInput {...props} />;
}

function TypedInput({
  value,
  onChange,
  ...rest
}: { value: number | null; onChange: (value: number | null) => void } & InputProps) {
  const [text, setText] = useState(write(value));
  // The value changed from outside (a preset, a fork): the text follows it. Neither null nor NaN overwrites what is no number.
  if (!isSame(read(text), value)) setText(write(value));
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

const isUnfinished = (value: number | null | undefined) => value == null || Number.isNaN(value);
const isSame = (shown: number | null, value: number | null) =>
  Object.is(shown, value) || (isUnfinished(shown) && isUnfinished(value));
const write = (value: number | null | undefined) => (isUnfinished(value) ? "" : String(value));
const read = (text: string) => (text.trim() === "" ? null : Number(text.trim().replace(",", ".")));
