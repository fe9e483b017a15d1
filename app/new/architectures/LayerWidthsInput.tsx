"use client";
import { type ComponentProps, useState } from "react";
import { TextInput } from "../../ui/Field.tsx";
import { readWidths } from "./architectureChoices.ts";

/** Widths of layers in their order, of which several may be equal; what is no number is left to the schema to refuse. */
export function LayerWidthsInput({
  widths,
  onChange,
  ...rest
}: { widths: readonly number[] | undefined; onChange: (widths: number[] | null) => void } & Omit<
  ComponentProps<"input">,
  "value" | "onChange" | "type"
>) {
  const [text, setText] = useState(() => (widths ?? []).join(", "));
  return (
    <TextInput
      {...rest}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onChange(readWidths(text))}
    />
  );
}
