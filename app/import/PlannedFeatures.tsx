"use client";
import { useState } from "react";
import type { ArrayChoice, ArrayRole, ImportPlan } from "../../contract/wire/imports.ts";
import { formatCount } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { Select } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Rows, Table, Td, Th } from "../ui/Table.tsx";

type Features = NonNullable<ImportPlan["features"]>;

const roles: { value: ArrayRole; label: string }[] = [
  { value: "features", label: "Features of a layer" },
  { value: "labels", label: "Labels" },
  { value: "weights", label: "Classifier W" },
  { value: "bias", label: "Bias b" },
  { value: "ignored", label: "Leave out" },
];
const shownAtFirst = 40;

interface PlannedArraysProps {
  arrays: Features["arrays"];
  /** What a person has chosen; other arrays are what the server takes them for. */
  chosen: readonly ArrayChoice[];
  onChange: (chosen: ArrayChoice[]) => void;
}

/** What each array of the files is. */
export function PlannedArrays({ arrays, chosen, onChange }: PlannedArraysProps) {
  const [all, setAll] = useState(false);
  const shown = all ? arrays : arrays.slice(0, shownAtFirst);
  const set = (choice: ArrayChoice) => onChange([...chosen.filter(({ array }) => array !== choice.array), choice]);
  return (
    <Panel title="Arrays" hint="what each of them is" padded={false} testId="arrays">
      <Table>
        <thead>
          <tr>
            <Th>Array</Th>
            <Th>Shape</Th>
            <Th>Is</Th>
          </tr>
        </thead>
        <Rows>
          {shown.map(({ array, form, role }) => (
            <tr key={array} data-testid="array">
              <Td className="wrap-anywhere min-w-40">{array}</Td>
              <Td className="whitespace-nowrap text-ink-soft">{form}</Td>
              <Td className="min-w-44">
                <Select
                  aria-label={`What the array ${array} is`}
                  options={roles}
                  value={chosen.find((choice) => choice.array === array)?.role ?? role ?? "ignored"}
                  onChange={(next) => set({ array, role: next })}
                />
              </Td>
            </tr>
          ))}
        </Rows>
      </Table>
      {shown.length < arrays.length && (
        <div className="border-line border-t p-2 text-center">
          <Button small look="quiet" onClick={() => setAll(true)}>
            Show all {formatCount(arrays.length)} arrays
          </Button>
        </div>
      )}
    </Panel>
  );
}

const listed = (numbers: readonly number[]) => (numbers.length === 0 ? "–" : numbers.map(formatCount).join(", "));

/** What would be measured: each layer of the training and of the test set. */
export function PlannedLayers({ layers }: { layers: Features["layers"] }) {
  return (
    <Panel title="Layers" hint="what would be measured" padded={false} testId="planned-layers">
      <Table>
        <thead>
          <tr>
            <Th>Layer</Th>
            <Th>Set</Th>
            <Th numeric>Samples N</Th>
            <Th numeric>Numbers d</Th>
            <Th numeric>Classes K</Th>
            <Th numeric>Runs</Th>
            <Th numeric>Measurements</Th>
            <Th>Classifier</Th>
          </tr>
        </thead>
        <Rows>
          {layers.map(({ layer, split, samples, dims, classes, runs, measurements, classifiers }) => (
            <tr key={`${split} ${layer}`} data-testid="planned-layer">
              <Td className="wrap-anywhere min-w-24">{layer}</Td>
              <Td>{split === "train" ? "training" : "test"}</Td>
              <Td numeric>{listed(samples)}</Td>
              <Td numeric>{listed(dims)}</Td>
              <Td numeric>{listed(classes)}</Td>
              <Td numeric>{formatCount(runs)}</Td>
              <Td numeric>{formatCount(measurements)}</Td>
              <Td>{classifiers === 0 ? "–" : classifiers === measurements ? "yes" : `${formatCount(classifiers)} of them`}</Td>
            </tr>
          ))}
        </Rows>
      </Table>
    </Panel>
  );
}
