"use client";
import { type Regularizer, regularizer } from "../../contract/regularizer.ts";
import { Button } from "../ui/Button.tsx";
import { Field, Select } from "../ui/Field.tsx";
import { Segmented } from "../ui/Segmented.tsx";
import { type Problem, problemAt } from "./draftProblems.ts";
import { NumberInput } from "./NumberInput.tsx";

const families: { value: Regularizer["family"]; label: string }[] = [
  { value: "weights", label: "Ridge on the weights" },
  { value: "adamw", label: "AdamW decay (control)" },
  { value: "none", label: "None (control)" },
];
const explanations: Record<Regularizer["family"], string> = {
  weights:
    "(λ/2)‖θ‖² over all weight matrices but the embedding, part of the gradient: the objective of the theory, with an optimum L*.",
  adamw: "Decoupled decay optimizes something else than the theory's objective: no L*, no gap.",
  none: "No decay: no L*, no gap.",
};

export function RegularizersField({
  regularizers,
  onChange,
  problems,
}: {
  regularizers: Regularizer[];
  onChange: (regularizers: Regularizer[]) => void;
  problems: Problem[];
}) {
  const replace = (index: number, next: Regularizer) => onChange(regularizers.map((one, at) => (at === index ? next : one)));
  const ownProblem = problems.find((problem) => problem.path === "config.regularizers")?.message ?? null;
  return (
    <fieldset className="min-w-0 space-y-3">
      <legend className="sr-only">Regularizers</legend>
      {regularizers.map((one, index) => {
        const path = `config.regularizers.${index}`;
        return (
          <div key={index}>
            <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
              <Field label={regularizers.length === 1 ? "Family" : `Family ${index + 1}`} className="w-full sm:w-52">
                {(control) => (
                  <Select
                    {...control}
                    data-testid="regularizer"
                    options={families}
                    value={one.family}
                    onChange={(family) =>
                      replace(
                        index,
                        regularizer.parse(
                          family === "none" ? { family } : { family, lambda: "lambda" in one ? one.lambda : 0.005 },
                        ),
                      )
                    }
                  />
                )}
              </Field>
              {one.family !== "none" && (
                <Field label="λ" error={problemAt(problems, `${path}.lambda`)} className="w-28">
                  {(control) => (
                    <NumberInput
                      {...control}
                      data-testid="lambda"
                      value={one.lambda}
                      onChange={(lambda) => replace(index, { ...one, lambda })}
                    />
                  )}
                </Field>
              )}
              {one.family === "weights" && (
                <>
                  <Segmented
                    label="λ with depth"
                    className="mt-5"
                    options={[
                      { value: "constant", label: "constant", title: "The same λ at every depth" },
                      { value: "inverse-depth", label: "λ/L", title: "λ divided by the depth L" },
                    ]}
                    value={one.scaling}
                    onChange={(scaling) => replace(index, { ...one, scaling })}
                  />
                  <Segmented
                    label="The head's λ"
                    className="mt-5"
                    options={[
                      { value: "uniform", label: "head alike", title: "One λ for every matrix: objective (7)" },
                      { value: "split", label: "head apart", title: "The head has its own, constant λ: objective (11)" },
                    ]}
                    value={one.objective}
                    onChange={(objective) => replace(index, { ...one, objective })}
                  />
                  {one.objective === "split" && (
                    <Field label="λ of the head" error={problemAt(problems, `${path}.headLambda`)} className="w-28">
                      {(control) => (
                        <NumberInput
                          {...control}
                          value={one.headLambda}
                          onChange={(headLambda) => replace(index, { ...one, headLambda })}
                        />
                      )}
                    </Field>
                  )}
                </>
              )}
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
            <p className="mt-1 text-ink-faint text-xs">{explanations[one.family]}</p>
          </div>
        );
      })}
      {ownProblem && (
        <p role="alert" data-testid="field-error" className="text-bad text-xs">
          {ownProblem}
        </p>
      )}
      <Button look="quiet" small icon="plus" className="-ml-2" onClick={() => onChange([...regularizers, another(regularizers)])}>
        Another regularization
      </Button>
    </fieldset>
  );
}

/** The last one again with half its λ: a sweep is built by a few clicks. */
function another(regularizers: Regularizer[]): Regularizer {
  const last = regularizers.at(-1);
  if (last === undefined) return regularizer.parse({ family: "weights" });
  if (last.family === "none") return regularizer.parse({ family: "weights" });
  const half = Number((last.lambda / 2).toPrecision(6));
  return { ...last, lambda: Number.isFinite(half) && half > 0 ? half : 0.005 };
}
