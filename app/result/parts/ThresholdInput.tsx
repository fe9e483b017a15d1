"use client";
import { useState } from "react";
import { readNumber, writeNumber } from "../../numbers/readNumber.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { inputClass } from "../../ui/Field.tsx";

interface ThresholdInputProps {
  /** What is asked: "NC1 ≤". */
  label: string;
  value: number;
  /** null: back to the default. */
  onChange: (value: number | null) => void;
  /** Ends of the slider, which is logarithmic between them. */
  from?: number;
  to?: number;
}

const stepsADecade = 20;

/** A threshold above 0: a slider for looking around, a field for a number of one's own. */
export function ThresholdInput({ label, value, onChange, from = 1e-4, to = 10 }: ThresholdInputProps) {
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const at = Math.log10(Math.min(to, Math.max(from, value)));
  const commit = () => {
    if (text === null) return;
    const read = readNumber(text);
    const refusal =
      "problem" in read
        ? read.problem
        : read.value !== null && read.value <= 0
          ? `${text.trim()} is not valid: a threshold must be above 0.`
          : null;
    setProblem(refusal);
    if (refusal !== null || "problem" in read) return;
    onChange(read.value);
    setText(null);
  };
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-soft text-xs">
      <span aria-hidden="true">{label}</span>
      <input
        type="range"
        aria-label={`${label} (slider)`}
        aria-valuetext={shortNumber(value)}
        className="w-24"
        min={Math.log10(from)}
        max={Math.log10(to)}
        step={1 / stepsADecade}
        value={at}
        onChange={(event) => {
          setText(null);
          setProblem(null);
          onChange(Number((10 ** Number(event.target.value)).toPrecision(2)));
        }}
      />
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        aria-label={label}
        className={`${inputClass} !h-7 !w-16 text-xs`}
        aria-invalid={problem !== null || undefined}
        value={text ?? writeNumber(value)}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
      {problem !== null && (
        <span role="alert" data-testid="field-error" className="w-full text-bad">
          {problem}
        </span>
      )}
    </span>
  );
}
