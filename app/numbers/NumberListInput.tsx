"use client";
import { type ComponentProps, useState } from "react";
import { TextInput, useFieldProblem } from "../ui/Field.tsx";
import { writeNumber } from "./readNumber.ts";
import { readNumbers } from "./readNumbers.ts";

/** A short list of numbers in one line; what is refused is reported at the field and makes the list NaN, for the schema to refuse. */
export function NumberListInput({
  values,
  onChange,
  atMost,
  isValid,
  ...rest
}: {
  values: readonly number[];
  onChange: (values: number[]) => void;
  atMost: number;
  isValid: (value: number) => boolean;
} & Omit<ComponentProps<"input">, "value" | "onChange" | "type">) {
  const [text, setText] = useState(() => values.map(writeNumber).join(", "));
  const [problem, setProblem] = useState<string | null>(null);
  useFieldProblem(problem);
  return (
    <TextInput
      {...rest}
      {...(problem === null ? {} : { "aria-invalid": true, "data-unread": true })}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => {
        const read = readNumbers(text, { atMost, isValid });
        setProblem(read.problem);
        onChange(read.problem === null ? read.values : [Number.NaN]);
      }}
    />
  );
}
