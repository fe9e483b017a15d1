"use client";
import { useId } from "react";
import { NumberInput } from "../numbers/NumberInput.tsx";
import { Field, Select } from "../ui/Field.tsx";
import { Segmented } from "../ui/Segmented.tsx";
import { steady } from "./steady.ts";
import {
  type Bias,
  biases,
  frames,
  hasTrainedRows,
  type NumberInputKey,
  type ObjectiveKind,
  offeredRows,
  type Rows,
  type TheoryInputs,
  usedInputs,
} from "./theoryInputs.ts";

const kinds: { value: ObjectiveKind; label: string }[] = [
  { value: "gufm-ce", label: "Cross entropy, LayerNorm features" },
  { value: "gufm-mse", label: "Squared error, LayerNorm features" },
  { value: "ufm-ce", label: "Cross entropy, ridge on W and H" },
  { value: "ufm-mse", label: "Squared error, ridge on W and H" },
];

const rowTexts: Record<Rows, string> = { trained: "ridge", unit: "norm 1", simplex: "fixed simplex" };

interface Dial {
  key: NumberInputKey;
  label: string;
  min: number;
  max: number;
  whole?: boolean;
  /** The slider's low end is 0. */
  fromZero?: boolean;
}
const dials: Dial[] = [
  { key: "lambda", label: "λ, ridge on W", min: 1e-6, max: 10 },
  { key: "featureDecay", label: "λ_H, ridge on H", min: 1e-9, max: 1 },
  { key: "classes", label: "K, classes", min: 2, max: 100, whole: true },
  { key: "dim", label: "d, feature dimension", min: 1, max: 1024, whole: true },
  { key: "samples", label: "n, samples per class", min: 1, max: 10_000, whole: true },
  { key: "imbalance", label: "r, smallest class over largest", min: 0.001, max: 1 },
  { key: "biasDecay", label: "λ_b, ridge on the bias", min: 1e-6, max: 10 },
  { key: "fitScale", label: "α, scale of the fit", min: 0.001, max: 1 },
  { key: "rho", label: "ρ, slack on W's frame", min: 1e-4, max: 1e4, fromZero: true },
  { key: "smoothing", label: "ε, label smoothing", min: 1e-3, max: 0.9, fromZero: true },
  { key: "gamma", label: "γ, focal loss", min: 0.01, max: 10, fromZero: true },
  { key: "temperature", label: "τ, temperature of normalized features; 0 is √d", min: 0.1, max: 1000, fromZero: true },
];

export function TheoryControls({ inputs, onChange }: { inputs: TheoryInputs; onChange: (inputs: TheoryInputs) => void }) {
  const used = usedInputs(inputs);
  const offered: readonly Bias[] = inputs.objective === "ufm-mse" ? biases : ["none", "free"];
  return (
    <div className="space-y-4">
      <Field label="Objective">
        {(control) => (
          <Select
            {...control}
            data-testid="objective"
            options={kinds}
            value={inputs.objective}
            onChange={(objective) =>
              onChange({
                ...inputs,
                objective,
                bias: objective !== "ufm-mse" && inputs.bias === "penalized" ? "free" : inputs.bias,
              })
            }
          />
        )}
      </Field>
      {used.has("rows") && (
        <div>
          <span className="mb-1 block font-medium text-ink-soft text-xs">Rows of the head</span>
          <Segmented
            label="Rows of the head"
            options={offeredRows(inputs).map((value) => ({ value, label: rowTexts[value] }))}
            value={hasTrainedRows(inputs) ? "trained" : inputs.rows}
            onChange={(rows) => onChange({ ...inputs, rows })}
          />
        </div>
      )}
      {used.has("bias") && (
        <div>
          <span className="mb-1 block font-medium text-ink-soft text-xs">Bias of the head</span>
          <Segmented
            label="Bias of the head"
            options={offered.map((value) => ({ value, label: value }))}
            value={inputs.bias}
            onChange={(bias) => onChange({ ...inputs, bias })}
          />
        </div>
      )}
      {dials
        .filter((dial) => used.has(dial.key))
        .map((dial) => (
          <DialField
            key={dial.key}
            dial={dial}
            value={inputs[dial.key]}
            onChange={(value) => onChange({ ...inputs, [dial.key]: value })}
          />
        ))}
      {used.has("frame") && (
        <div>
          <span className="mb-1 block font-medium text-ink-soft text-xs">Frame that W is held to</span>
          <Segmented
            label="Frame that W is held to"
            options={frames.map((value) => ({ value, label: value }))}
            value={inputs.frame}
            onChange={(frame) => onChange({ ...inputs, frame })}
          />
        </div>
      )}
    </div>
  );
}

/** A slider on a log scale next to a field for exact numbers, which may lie beyond the slider's ends. */
function DialField({ dial, value, onChange }: { dial: Dial; value: number; onChange: (value: number) => void }) {
  const sliderId = useId();
  const [low, high] = [steady(Math.log10(dial.min)), steady(Math.log10(dial.max))];
  const at = value > 0 ? Math.min(high, Math.max(low, steady(Math.log10(value)))) : low;
  const fromSlider = (position: number) => {
    if (dial.fromZero && position <= low) return 0;
    const raw = 10 ** position;
    return dial.whole ? Math.round(raw) : Number(raw.toPrecision(3));
  };
  return (
    <Field label={dial.label}>
      {(control) => (
        <div className="grid grid-cols-[minmax(0,1fr)_88px] items-center gap-3">
          <input
            id={sliderId}
            type="range"
            aria-label={`${dial.label}, slider`}
            aria-valuetext={String(value)}
            min={low}
            max={high}
            step={(high - low) / 400}
            value={at}
            onChange={(event) => onChange(fromSlider(Number(event.target.value)))}
          />
          <NumberInput {...control} data-testid={`input-${dial.key}`} value={value} onChange={onChange} />
        </div>
      )}
    </Field>
  );
}
