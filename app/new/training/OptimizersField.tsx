"use client";
import { type ReactNode, useState } from "react";
import { coupledShare, type OptimizerEntry, optimizerNames } from "../../../contract/config/optimizerConfig.ts";
import type { TrainingConfig } from "../../../contract/config/trainingConfig.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { Button } from "../../ui/Button.tsx";
import { Checkbox, Field, Select } from "../../ui/Field.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import { anotherOptimizer, entriesOf, optimizerTexts, shareText, withEntries, withName } from "./optimizerTexts.ts";

const names = optimizerNames.map((value) => ({ value, label: optimizerTexts[value].title }));

/** The optimizer, or several that are compared, each with its rate and the coupled share of its decay. */
export function OptimizersField({
  training,
  optimizers,
  onChange,
  problems,
}: {
  training: TrainingConfig;
  optimizers: OptimizerEntry[] | undefined;
  onChange: (patch: ReturnType<typeof withEntries>) => void;
  problems: Problem[];
}) {
  const entries = entriesOf(training, optimizers);
  const several = optimizers !== undefined;
  const put = (next: readonly OptimizerEntry[]) => onChange(withEntries(training, next));
  const replace = (index: number, next: OptimizerEntry) => put(entries.map((one, at) => (at === index ? next : one)));
  const pathOf = (index: number) => (several ? `config.optimizers.${index}` : "config.training.optimizer");
  // Of the axis, and of one of its values.
  const own = problems.find(({ path }) => path === "config.optimizers" || /^config\.optimizers\.\d+$/.test(path))?.message;
  return (
    <fieldset className="mt-5 min-w-0">
      <legend className="sr-only">Optimizers</legend>
      <div className="space-y-4">
        {entries.map((one, index) => (
          <OptimizerRow
            key={index}
            label={several ? `Optimizer ${index + 1}` : "Optimizer"}
            entry={one}
            rate={several ? (one.learningRate ?? training.learningRate) : null}
            onChange={(next) => replace(index, next)}
            onRemove={entries.length > 1 ? () => put(entries.filter((_, at) => at !== index)) : null}
            errorAt={(key) => problemAt(problems, `${pathOf(index)}.${key}`)}
            // Of several with one name after the other, the first says it for all.
            isExplained={entries[index - 1]?.name !== one.name}
          />
        ))}
      </div>
      {own && (
        <p role="alert" data-testid="field-error" className="mt-2 text-bad text-xs">
          {own}
        </p>
      )}
      {entries.some((one) => coupledShare(one) < 1) && <p className="mt-2 max-w-3xl text-ink-faint text-xs">{shareText}</p>}
      <Button
        look="quiet"
        small
        icon="plus"
        className="mt-3 -ml-2"
        data-testid="another-optimizer"
        onClick={() => put([...entries, anotherOptimizer(entries)])}
      >
        Compare with another optimizer
      </Button>
    </fieldset>
  );
}

/** The numbers that are seldom changed. */
const moments = [
  ["beta1", "β₁"],
  ["beta2", "β₂"],
  ["epsilon", "ε"],
] as const;

function OptimizerRow({
  label,
  entry,
  rate,
  onChange,
  onRemove,
  errorAt,
  isExplained,
}: {
  label: string;
  entry: OptimizerEntry;
  /** null: the training's, which has its field. */
  rate: number | null;
  onChange: (entry: OptimizerEntry) => void;
  onRemove: (() => void) | null;
  errorAt: (key: string) => string | null;
  isExplained: boolean;
}) {
  const hasMoments = "beta1" in entry;
  const wrong = moments.some(([key]) => errorAt(key) !== null);
  const [open, setOpen] = useState(false);
  const number = (key: string, text: ReactNode, value: number, hint?: string) => (
    <Field key={key} label={text} hint={hint} error={errorAt(key)} className="w-28">
      {(control) => (
        <NumberInput
          {...control}
          data-testid={`optimizer-${key}`}
          value={value}
          onChange={(next) => onChange({ ...entry, [key]: next } as OptimizerEntry)}
        />
      )}
    </Field>
  );
  const { about, rates } = optimizerTexts[entry.name];
  return (
    <div>
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <Field label={label} hint={rate === null ? `rate ${rates}` : undefined} className="w-full sm:w-44">
          {(control) => (
            <Select
              {...control}
              data-testid="optimizer"
              options={names}
              value={entry.name}
              onChange={(name) =>
                onChange({ ...withName(entry, name), ...(rate === null ? {} : { learningRate: optimizerTexts[name].rate }) })
              }
            />
          )}
        </Field>
        {rate !== null && number("learningRate", "Learning rate", rate, rates)}
        {number("share", "Coupled share", coupledShare(entry), "of the decay")}
        {"momentum" in entry && number("momentum", "Momentum", entry.momentum)}
        {entry.name === "muon" && number("adamRate", "Adam's rate", entry.adamRate, "head, embedding, biases")}
        {hasMoments && !open && !wrong && (
          <Button look="quiet" small className="mt-5" onClick={() => setOpen(true)}>
            {entry.name === "muon" ? "Nesterov, β, ε" : "β, ε"}
          </Button>
        )}
        {hasMoments && (open || wrong) && moments.map(([key, text]) => number(key, text, entry[key]))}
        {entry.name === "muon" && (open || wrong) && (
          <Checkbox
            label="Nesterov"
            className="mt-6"
            checked={entry.nesterov}
            onChange={(event) => onChange({ ...entry, nesterov: event.target.checked })}
          />
        )}
        {onRemove && <Button look="quiet" icon="close" className="mt-5" aria-label={`Remove ${label}`} onClick={onRemove} />}
      </div>
      {about && isExplained && <p className="mt-2 max-w-3xl text-ink-faint text-xs">{about}</p>}
    </div>
  );
}
