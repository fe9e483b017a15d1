"use client";
import { type ClassifierConfig, classifierConfig, classifierLabel } from "../../../contract/config/classifier.ts";
import { Checkbox } from "../../ui/Field.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import { ChipInput } from "../inputs/ChipInput.tsx";
import { ToggleChips } from "../inputs/ToggleChips.tsx";

const titles = { linear: "One linear layer", "fixed-simplex": "Fixed simplex" } as const;
type Plain = keyof typeof titles;

const chosen = (given: readonly ClassifierConfig[] | undefined): readonly ClassifierConfig[] =>
  given ?? [{ name: "linear", layers: 1 }];
const isPlain = (entry: ClassifierConfig) => entry.name === "fixed-simplex" || (entry.name === "linear" && entry.layers === 1);

/** ", 2 linear layers, fixed simplex": for the folded form; nothing where it is the one linear layer. */
export const classifiersSummary = (given: readonly ClassifierConfig[] | undefined): string =>
  given === undefined ? "" : `; ${given.map(classifierLabel).join("; ")}`;

/** What reads the last features: classifiers by name, those of several layers, and those of normalized features. */
export function ClassifiersField({
  classifiers,
  onChange,
  problems,
}: {
  classifiers: ClassifierConfig[] | undefined;
  onChange: (classifiers: ClassifierConfig[] | undefined) => void;
  problems: Problem[];
}) {
  const all = chosen(classifiers);
  const plain = all.filter(isPlain).map(({ name }) => name as Plain);
  const layers = all.flatMap((entry) => (entry.name === "linear" && entry.layers > 1 ? [entry.layers] : []));
  const normalized = all.flatMap((entry) => (entry.name === "normalized" ? [entry] : []));
  const unitRows = normalized.some((entry) => entry.unitRows);
  const put = (names: Plain[], several: number[], temperatures: number[], isUnit: boolean) => {
    const next: ClassifierConfig[] = [
      ...names.map((name) => classifierConfig.parse({ name })),
      ...several.map((count) => ({ name: "linear" as const, layers: count })),
      ...temperatures.map((temperature) => ({ name: "normalized" as const, temperature, unitRows: isUnit })),
    ];
    onChange(next.length === 1 && next[0]?.name === "linear" && next[0].layers === 1 ? undefined : next);
  };
  const temperatures = normalized.map(({ temperature }) => temperature);
  return (
    <div className="space-y-3">
      <ToggleChips
        label="Classifiers"
        options={(["linear", "fixed-simplex"] as const).map((value) => ({ value, label: titles[value] }))}
        values={plain}
        keyOf={(name) => name}
        onChange={(names) => put(names, layers, temperatures, unitRows)}
        error={problemAt(problems, "config.classifiers")}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <ChipInput
          label="Several linear layers"
          values={layers}
          onChange={(values) =>
            put(
              plain,
              values.filter((count) => count > 1),
              temperatures,
              unitRows,
            )
          }
          error={null}
          isValid={(value) => value > 1 && classifierConfig.safeParse({ name: "linear", layers: value }).success}
          placeholder="none; for example 2, 3"
          testId="classifier-layers"
        />
        <ChipInput
          label="Normalized features, temperature τ"
          values={temperatures}
          onChange={(values) => put(plain, layers, values, unitRows)}
          error={null}
          isValid={(value) => classifierConfig.safeParse({ name: "normalized", temperature: value }).success}
          placeholder="none; for example 10"
          testId="temperatures"
        />
      </div>
      {temperatures.length > 0 && (
        <Checkbox
          label="Their rows are normalized, too, and have no ridge"
          checked={unitRows}
          onChange={(event) => put(plain, layers, temperatures, event.target.checked)}
        />
      )}
    </div>
  );
}
