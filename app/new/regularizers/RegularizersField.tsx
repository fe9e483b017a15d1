"use client";
import { type ComponentProps, type ReactNode, useState } from "react";
import { type Regularizer, regularizerFamilies } from "../../../contract/config/regularizer.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { writeNumber } from "../../numbers/readNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { Field, Select, TextInput } from "../../ui/Field.tsx";
import { Formula } from "../../ui/Formula.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import {
  anotherRegularizer,
  everyFamily,
  readHiddenRidge,
  regularizerTexts,
  withFamily,
  withHiddenRidge,
} from "./regularizerFamilies.ts";

/** Decoupled decay is a share of the optimizer's in a new study; a draft of an earlier one keeps its family. */
const familiesFor = ({ family }: Regularizer) =>
  regularizerFamilies
    .filter((value) => value !== "adamw" || family === value)
    .map((value) => ({ value, label: regularizerTexts[value].title }));

export function RegularizersField({
  regularizers,
  onChange,
  problems,
  offersAll,
}: {
  regularizers: Regularizer[];
  onChange: (regularizers: Regularizer[]) => void;
  problems: Problem[];
  /** Whether decay of all parameters is offered: most who train ResNets have it, and with it no theory speaks. */
  offersAll: boolean;
}) {
  const replace = (index: number, next: Regularizer) => onChange(regularizers.map((one, at) => (at === index ? next : one)));
  const ownProblem = problems.find((problem) => problem.path === "config.regularizers")?.message ?? null;
  const missing = everyFamily(regularizers);
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Regularizers</legend>
      <div className="space-y-4">
        {regularizers.map((one, index) => {
          // Of several with one family after the other, the first says it for all.
          const explained = regularizers[index - 1]?.family !== one.family;
          return (
            <div key={index}>
              <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
                <Field label={regularizers.length === 1 ? "Family" : `Family ${index + 1}`} className="w-full sm:w-52">
                  {(control) => (
                    <Select
                      {...control}
                      data-testid="regularizer"
                      options={familiesFor(one)}
                      value={one.family}
                      onChange={(family) => replace(index, withFamily(one, family))}
                    />
                  )}
                </Field>
                <Strengths
                  config={one}
                  offersAll={offersAll || (one.family === "weights" && one.decayed === "all")}
                  onChange={(next) => replace(index, next)}
                  errorAt={(key) => problemAt(problems, `config.regularizers.${index}.${key}`)}
                />
                {regularizers.length > 1 && (
                  <Button
                    look="quiet"
                    icon="close"
                    className="mt-5"
                    aria-label={`Remove regularization ${index + 1}`}
                    onClick={() => onChange(regularizers.filter((_, at) => at !== index))}
                  />
                )}
              </div>
              {explained && <Explanation config={one} />}
            </div>
          );
        })}
      </div>
      {ownProblem && (
        <p role="alert" data-testid="field-error" className="mt-2 text-bad text-xs">
          {ownProblem}
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-x-1">
        <Button
          look="quiet"
          small
          icon="plus"
          className="-ml-2"
          data-testid="another-regularizer"
          onClick={() => onChange([...regularizers, anotherRegularizer(regularizers)])}
        >
          Another regularization
        </Button>
        {missing.length > 0 && (
          <Button look="quiet" small icon="plus" onClick={() => onChange([...regularizers, ...missing])}>
            {missing.length === 1
              ? missing.map(({ family }) => `Also ${regularizerTexts[family].short}`)
              : "Compare all families"}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** What is penalized, in a formula and a sentence. */
function Explanation({ config }: { config: Regularizer }) {
  const { tex, about } = regularizerTexts[config.family];
  return (
    <div className="mt-2 text-ink-faint text-xs">
      {tex && (
        <div className="mb-1 overflow-x-auto py-0.5 text-ink-soft" data-testid="regularizer-formula">
          <Formula tex={tex(config)} />
        </div>
      )}
      <p className="max-w-3xl">{about}</p>
    </div>
  );
}

function LabelledSegments<T extends string>(props: ComponentProps<typeof Segmented<T>>) {
  return (
    <div>
      <span aria-hidden="true" className="mb-1 block font-medium text-ink-soft text-xs">
        {props.label}
      </span>
      <Segmented {...props} />
    </div>
  );
}

/** λ of the hidden matrices: none, one for all, or of deep free features one for each. */
function HiddenRidge({
  value,
  onChange,
  error,
}: {
  value: number | number[] | undefined;
  onChange: (value: number | number[] | undefined) => void;
  error: string | null;
}) {
  const written = value === undefined ? "" : [value].flat().map(writeNumber).join(" ");
  const [typed, setTyped] = useState({ text: written, of: written });
  // Changed from outside, by a preset or a fork: the text follows.
  if (typed.of !== written) setTyped({ text: written, of: written });
  return (
    <Field label={lambdaOf("l", "hidden")} hint="one, or λ₁ λ₂ … by layer" error={error} className="w-34">
      {(control) => (
        <TextInput
          {...control}
          data-testid="lambda-hidden"
          placeholder="none"
          value={typed.text}
          onChange={(event) => {
            const next = readHiddenRidge(event.target.value);
            setTyped({ text: event.target.value, of: next === undefined ? "" : [next].flat().map(writeNumber).join(" ") });
            onChange(next);
          }}
        />
      )}
    </Field>
  );
}

const lambdaOf = (index: string, what: string) => (
  <>
    λ<sub>{index}</sub>, {what}
  </>
);

/** The numbers of one regularizer, and the choices that go with them. */
function Strengths({
  config,
  offersAll,
  onChange,
  errorAt,
}: {
  config: Regularizer;
  offersAll: boolean;
  onChange: (config: Regularizer) => void;
  errorAt: (key: string) => string | null;
}) {
  const number = (key: string, label: ReactNode, testId?: string) => (
    <Field label={label} error={errorAt(key)} className="w-26">
      {(control) => (
        <NumberInput
          {...control}
          data-testid={testId}
          value={(config as Record<string, unknown>)[key] as number}
          onChange={(value) => onChange({ ...config, [key]: value } as Regularizer)}
        />
      )}
    </Field>
  );
  switch (config.family) {
    case "none":
      return null;
    case "adamw":
      return number("lambda", "λ", "lambda");
    case "features":
      return (
        <>
          {number("lambdaW", lambdaOf("W", "head"), "lambda-w")}
          {number("lambdaH", lambdaOf("H", "features"), "lambda-h")}
          {number("lambdaB", lambdaOf("b", "bias"), "lambda-b")}
          <HiddenRidge
            value={config.lambdaHidden}
            onChange={(lambdaHidden) => onChange(withHiddenRidge(config, lambdaHidden))}
            error={errorAt("lambdaHidden")}
          />
        </>
      );
    case "slack":
      return (
        <>
          {number("lambda", "λ", "lambda")}
          {number("rho", "ρ", "rho")}
          <LabelledSegments
            label="Frame F"
            options={[
              { value: "simplex", label: "simplex", title: "F = E = I − 11ᵀ/K, the frame of cross entropy" },
              { value: "orthogonal", label: "orthogonal", title: "F = I, the frame of squared error without a bias" },
            ]}
            value={config.frame}
            onChange={(frame) => onChange({ ...config, frame })}
          />
        </>
      );
    case "weights":
      return (
        <>
          {number("lambda", "λ", "lambda")}
          <LabelledSegments
            label="λ with depth"
            options={[
              { value: "constant", label: "constant", title: "The same λ at every depth" },
              { value: "inverse-depth", label: "λ/L", title: "λ divided by the depth L" },
            ]}
            value={config.scaling}
            onChange={(scaling) => onChange({ ...config, scaling })}
          />
          <LabelledSegments
            label="The head's λ"
            options={[
              { value: "uniform", label: "alike", title: "One λ for every matrix: objective (7)" },
              { value: "split", label: "apart", title: "The head has its own, constant λ: objective (11)" },
            ]}
            value={config.objective}
            onChange={(objective) => onChange({ ...config, objective })}
          />
          {config.objective === "split" && number("headLambda", "λ of the head")}
          {offersAll && (
            <LabelledSegments
              label="Decayed"
              options={[
                { value: "matrices", label: "matrices", title: "Weight matrices and filters alone" },
                { value: "all", label: "all", title: "Biases and BatchNorm's scales too, as PyTorch's weight_decay does" },
              ]}
              value={config.decayed ?? "matrices"}
              onChange={(what) => {
                const { decayed: _, ...rest } = config;
                onChange(what === "all" ? { ...rest, decayed: "all" } : rest);
              }}
            />
          )}
        </>
      );
  }
}
