"use client";
import {
  type Architecture,
  type ArchitectureConfig,
  activationNames,
  architectureLabel,
  architectureName,
  hasLayerNorm,
  type Normalization,
  normalizationNames,
} from "../../../contract/config/architecture.ts";
import { shadedColour } from "../../charts/lineStyle.ts";
import { OptionalNumberInput } from "../../numbers/NumberInput.tsx";
import { Button } from "../../ui/Button.tsx";
import { classes } from "../../ui/classes.ts";
import { Field } from "../../ui/Field.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import {
  activationsIn,
  architectureFamilies,
  architectureHints,
  normalizationChips,
  normalizationHint,
  normalizationsOf,
  offeredActivations,
  offeredNormalizations,
  toggleActivation,
  toggleArchitecture,
  toggleNormalization,
  transformersOf,
  type WithActivation,
  withMoreHeads,
  withWidths,
} from "./architectureChoices.ts";
import { LayerWidthsInput } from "./LayerWidthsInput.tsx";

/** Families of architectures, each chosen one with its normalizations; transformers with their heads and patches besides. */
export function ArchitecturesField({
  architectures,
  onChange,
  problems,
  onImages,
}: {
  architectures: ArchitectureConfig[];
  onChange: (architectures: ArchitectureConfig[]) => void;
  problems: Problem[];
  /** Whether any data set has images, which transformers cut into patches. */
  onImages: boolean;
}) {
  const transformers = transformersOf(architectures);
  const wrong = complaints(architectures, problems);
  const replace = (at: number, next: ArchitectureConfig) => onChange(architectures.map((one, i) => (i === at ? next : one)));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium text-ink-soft text-xs">Architectures</legend>
      <div className="grid gap-x-6 gap-y-3 md:grid-cols-2">
        {architectureFamilies.map((family) => (
          <div key={family.title} className="grid min-w-0 content-start gap-x-3 gap-y-1 sm:grid-cols-[88px_minmax(0,1fr)]">
            <span className="text-ink-faint text-xs sm:pt-2">{family.title}</span>
            <div className="flex min-w-0 flex-wrap gap-1.5">
              {family.names.map((name) => (
                <ArchitectureChip
                  key={name}
                  name={name}
                  chosen={normalizationsOf(architectures, name)}
                  onToggle={() => onChange(toggleArchitecture(architectures, name))}
                  onNormalization={(normalization) => onChange(toggleNormalization(architectures, name, normalization))}
                />
              ))}
            </div>
            {(["mlp", "dufm"] as const)
              .filter((name) => family.names.includes(name) && activationsIn(architectures, name).length > 0)
              .map((name) => (
                <LayersOf key={name} name={name} architectures={architectures} onChange={onChange} />
              ))}
            <p className="text-ink-faint text-xs sm:col-start-2">{family.hint}</p>
          </div>
        ))}
      </div>
      {transformers.length > 0 && (
        <ul className="mt-3 space-y-2 border-line border-t pt-3" data-testid="transformers">
          {transformers.map(({ one, at }) => (
            <li key={at} className="flex flex-wrap items-start gap-x-3 gap-y-1">
              <span className="shrink-0 text-sm max-sm:w-full sm:w-26 sm:pt-6">
                {architectureLabel(one.name, { normalization: one.normalization, definition: one.definition })}
              </span>
              <Field label="Heads" error={problemAt(problems, `config.architectures.${at}.heads`)} className="w-22">
                {(control) => (
                  <OptionalNumberInput
                    {...control}
                    placeholder="1"
                    value={one.heads ?? null}
                    onChange={(heads) => replace(at, without({ ...one, heads: heads ?? undefined }))}
                  />
                )}
              </Field>
              {onImages && (
                <Field label="Patch side" error={problemAt(problems, `config.architectures.${at}.patch`)} className="w-26">
                  {(control) => (
                    <OptionalNumberInput
                      {...control}
                      placeholder="side/4"
                      value={one.patch ?? null}
                      onChange={(patch) => replace(at, without({ ...one, patch: patch ?? undefined }))}
                    />
                  )}
                </Field>
              )}
              <span className="flex pt-5">
                <Button
                  look="quiet"
                  icon="copy"
                  title="The same with twice the heads"
                  aria-label={`Another ${architectureLabel(one.name, { normalization: one.normalization, definition: one.definition })} with twice the heads`}
                  onClick={() => onChange(withMoreHeads(architectures, at))}
                />
                <Button
                  look="quiet"
                  icon="close"
                  aria-label={`Remove ${architectureLabel(one.name, one)}`}
                  onClick={() => onChange(architectures.filter((_, i) => i !== at))}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
      {wrong.map((text) => (
        <p key={text} role="alert" data-testid="field-error" className="mt-1.5 text-bad text-xs">
          {text}
        </p>
      ))}
    </fieldset>
  );
}

/** The activations of an MLP's layers or of those above deep free features, and an MLP's widths. */
function LayersOf({
  name,
  architectures,
  onChange,
}: {
  name: WithActivation;
  architectures: ArchitectureConfig[];
  onChange: (architectures: ArchitectureConfig[]) => void;
}) {
  const chosen = activationsIn(architectures, name);
  const widths = architectures.find((one) => one.name === name)?.widths;
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5 text-xs sm:col-start-2">
      <span className="text-ink-faint">{architectureName(name)}'s layers</span>
      {offeredActivations(name).map((kind) => (
        <label key={kind} className="inline-flex items-center gap-1">
          <input
            type="checkbox"
            data-testid={`activation-${name}-${kind}`}
            checked={chosen.includes(kind)}
            onChange={() => onChange(toggleActivation(architectures, name, kind))}
          />
          {activationNames[kind]}
        </label>
      ))}
      {name === "mlp" && (
        <span className="flex w-full min-w-0 items-center gap-1.5">
          <span className="shrink-0 text-ink-faint">widths</span>
          <LayerWidthsInput
            key={widths === undefined ? "equal" : "listed"}
            data-testid="mlp-widths"
            aria-label="Widths of an MLP's hidden layers, separated by commas; empty for the study's own"
            placeholder="all d, or 512, 256, 64"
            className="w-52"
            widths={widths}
            onChange={(list) => onChange(withWidths(architectures, list))}
          />
        </span>
      )}
    </div>
  );
}

/** A chip that is a tick box; once chosen it shows its normalizations, of which both may be on. */
function ArchitectureChip({
  name,
  chosen,
  onToggle,
  onNormalization,
}: {
  name: Architecture;
  chosen: Normalization[];
  onToggle: () => void;
  onNormalization: (normalization: Normalization) => void;
}) {
  const on = chosen.length > 0;
  const label = architectureName(name);
  return (
    <span
      className={classes(
        "inline-flex h-8 items-stretch overflow-hidden rounded-md border text-sm transition-colors",
        on ? "border-ink bg-surface" : "border-line border-dashed hover:border-line-strong",
      )}
    >
      <label
        title={architectureHints[name]}
        className={classes(
          "inline-flex items-center gap-1.5 px-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:-outline-offset-2",
          on ? "text-ink" : "text-ink-faint hover:text-ink",
        )}
      >
        <input
          type="checkbox"
          className="sr-only"
          data-testid={`architecture-${name}`}
          aria-label={`${label}: ${architectureHints[name]}`}
          checked={on}
          onChange={onToggle}
        />
        <Icon name={on ? "check" : "plus"} size={12} />
        {chosen.length < 2 && <Dot name={name} normalization={chosen[0] ?? "post-ln"} />}
        {label}
      </label>
      {on &&
        hasLayerNorm(name) &&
        offeredNormalizations(name, chosen).map((normalization) => {
          const active = chosen.includes(normalization);
          return (
            <label
              key={normalization}
              title={normalizationHint(name, normalization)}
              className={classes(
                "inline-flex items-center gap-1 border-line border-l px-2 text-xs has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:-outline-offset-2",
                active ? "bg-sunken font-medium text-ink" : "text-ink-faint hover:text-ink",
              )}
            >
              <input
                type="checkbox"
                className="sr-only"
                data-testid={`${normalization}-${name}`}
                aria-label={`${label}, ${normalizationNames[normalization]}`}
                checked={active}
                onChange={() => onNormalization(normalization)}
              />
              {chosen.length > 1 && <Dot name={name} normalization={normalization} />}
              {normalizationChips[normalization]}
            </label>
          );
        })}
    </span>
  );
}

/** The colour of its lines. */
const Dot = ({ name, normalization }: { name: Architecture; normalization: Normalization }) => (
  <span
    aria-hidden="true"
    className="size-2 shrink-0 rounded-full"
    style={{ background: shadedColour({ architecture: name, normalization }, 0.55) }}
  />
);

/** A left-out number is no key at all, as in the configs that the server keeps. */
function without(config: ArchitectureConfig): ArchitectureConfig {
  const { heads, patch, ...rest } = config;
  return { ...rest, ...(heads === undefined ? {} : { heads }), ...(patch === undefined ? {} : { patch }) };
}

/** What is wrong with the axis, and with its entries by name; what a field of its own shows is left to that. */
function complaints(architectures: ArchitectureConfig[], problems: Problem[]): string[] {
  const texts = problems.flatMap(({ path, message }) => {
    if (path === "config.architectures") return [message];
    const at = /^config\.architectures\.(\d+)$/.exec(path)?.[1];
    const one = at === undefined ? undefined : architectures[Number(at)];
    return one === undefined ? [] : [`${architectureLabel(one.name, one)}: ${message}`];
  });
  return [...new Set(texts)];
}
