"use client";
import { useState } from "react";
import { limits } from "../../contract/limits.ts";
import type { ColumnChoice, ColumnRole, PlannedColumn } from "../../contract/wire/imports.ts";
import { formatCount } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { Select, TextInput } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Rows, Table, Td, Th } from "../ui/Table.tsx";

const roles: { value: ColumnRole; label: string }[] = [
  { value: "run", label: "Run’s name" },
  { value: "axis", label: "Axis" },
  { value: "seed", label: "Seed" },
  { value: "step", label: "Step" },
  { value: "metric", label: "Metric" },
  { value: "ignore", label: "Leave out" },
];
const named: ReadonlySet<ColumnRole> = new Set(["axis", "metric"]);
const shownAtFirst = 60;

interface ColumnMapperProps {
  columns: readonly PlannedColumn[];
  /** What a person has chosen; other columns are what the server takes them for. */
  chosen: readonly ColumnChoice[];
  onChange: (chosen: ColumnChoice[]) => void;
}

/** What each column of a table is. */
export function ColumnMapper({ columns, chosen, onChange }: ColumnMapperProps) {
  const [all, setAll] = useState(false);
  const set = (choice: ColumnChoice) => onChange([...chosen.filter(({ column }) => column !== choice.column), choice]);
  const byName = new Map(chosen.map((choice) => [choice.column, choice]));
  // What was chosen shows at once, before the server has said what follows from it.
  const shown = (all ? columns : columns.slice(0, shownAtFirst)).map((planned) => {
    const choice = byName.get(planned.column);
    const role = choice?.role ?? planned.role;
    return { ...planned, role, as: choice?.as ?? (role === planned.role ? planned.as : planned.column) };
  });
  return (
    <Panel
      title="Columns"
      hint="what each of them is; remembered for tables with the same columns"
      padded={false}
      testId="columns"
    >
      <Table>
        <thead>
          <tr>
            <Th>Column</Th>
            <Th className="max-sm:hidden">Values</Th>
            <Th>Is</Th>
            <Th>Named</Th>
          </tr>
        </thead>
        <Rows>
          {shown.map(({ column, role, as, examples }) => (
            <tr key={column} data-testid="column">
              <Td className="wrap-anywhere min-w-32">{column}</Td>
              <Td className="wrap-anywhere min-w-40 max-w-64 text-ink-faint text-xs max-sm:hidden">{examples.join(", ")}</Td>
              <Td className="min-w-36 py-1">
                <Select
                  aria-label={`What the column ${column} is`}
                  options={roles}
                  value={role}
                  onChange={(next) => set({ column, role: next })}
                />
              </Td>
              <Td className="min-w-48 py-1">
                {named.has(role) && (
                  <NameInput
                    label={`Name of ${column}`}
                    name={as ?? ""}
                    onChange={(name) => set({ column, role, ...(name && { as: name }) })}
                  />
                )}
              </Td>
            </tr>
          ))}
        </Rows>
      </Table>
      {shown.length < columns.length && (
        <div className="border-line border-t p-2 text-center">
          <Button small look="quiet" onClick={() => setAll(true)}>
            Show all {formatCount(columns.length)} columns
          </Button>
        </div>
      )}
    </Panel>
  );
}

function NameInput({ label, name, onChange }: { label: string; name: string; onChange: (name: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const settle = () => {
    if (typed !== null && typed.trim() !== name) onChange(typed.trim());
    setTyped(null);
  };
  return (
    <TextInput
      aria-label={label}
      value={typed ?? name}
      maxLength={limits.nameLength}
      onChange={({ target }) => setTyped(target.value)}
      onBlur={settle}
      onKeyDown={({ key }) => key === "Enter" && settle()}
    />
  );
}
