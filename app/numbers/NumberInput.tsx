"use client";
import { type ComponentProps, useState } from "react";
import { TextInput, useFieldProblem } from "../ui/Field.tsx";
import { type ReadNumber, readNumber, writeNumber } from "./readNumber.ts";

type InputProps = Omit<ComponentProps<"input">, "value" | "onChange" | "type">;

/**
 * A number as a person writes it (1e-3, 0.005, and what their language has). What is refused is said at the field and passed on as
 * NaN, for the schema to refuse.
 */
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
  const [typed, setTyped] = useState(() => ({ text: write(value), value }));
  // The value changed from outside (a preset, a fork): the text follows it. Neither null nor NaN overwrites what was refused.
  if (!isSame(typed.value, value)) setTyped({ text: write(value), value });
  const [problem, setProblem] = useState<string | null>(null);
  const isRefused = problem !== null && hasNone(typed.value);
  const isSaid = useFieldProblem(isRefused ? problem : null);
  return (
    <>
      <TextInput
        inputMode="decimal"
        {...rest}
        {...(isRefused ? { "aria-invalid": true, "data-unread": true } : {})}
        value={typed.text}
        onChange={(event) => {
          const read = readNumber(event.target.value);
          const next = valueIn(read);
          setProblem("problem" in read ? read.problem : null);
          setTyped({ text: event.target.value, value: next });
          onChange(next);
        }}
      />
      {isRefused && !isSaid && (
        <span role="alert" data-testid="field-error" className="mt-1 block text-bad text-xs">
          {problem}
        </span>
      )}
    </>
  );
}

const valueIn = (read: ReadNumber): number | null => ("problem" in read ? Number.NaN : read.value);
const hasNone = (value: number | null) => value === null || Number.isNaN(value);
const isSame = (shown: number | null, value: number | null) => Object.is(shown, value) || (hasNone(shown) && hasNone(value));
const write = (value: number | null) => (value === null || Number.isNaN(value) ? "" : writeNumber(value));
