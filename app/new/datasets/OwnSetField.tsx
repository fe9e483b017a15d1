"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { OwnSet } from "../../../contract/data/ownSet.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Field, Select, TextInput } from "../../ui/Field.tsx";
import { type OwnSetChoice, ownSetChoices, ownSetText, whereText } from "./ownSetChoices.ts";

const byHand = " another";
const kinds = {
  "image-folder": { label: "Folder", several: "folders" },
  "text-file": { label: "File", several: "files" },
} as const;

/** A set of a person's own: chosen from what the connected workers' data-set folders hold now, or typed. */
export function OwnSetField({
  id,
  value,
  onChange,
  error,
}: {
  id: OwnSet["id"];
  value: string;
  onChange: (name: string) => void;
  error: string | null;
}) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.workers.list.queryOptions(undefined, { refetchInterval: 5_000 }));
  const connected = data?.filter((worker) => worker.connected) ?? [];
  const choices = ownSetChoices(connected, id);
  const usable = choices.filter(({ set }) => set.problem === null);
  const chosen = choices.find(({ set }) => set.name === value) ?? null;
  const [typing, setTyping] = useState(false);
  const { label, several } = kinds[id];
  const isListed = usable.some(({ set }) => set.name === value);
  const byName = typing || (value !== "" && !isListed) || usable.length === 0;
  const testId = `set-${label.toLowerCase()}`;
  return (
    <div className="col-span-full min-w-0 space-y-2">
      <div className="grid gap-3 sm:grid-cols-2">
        {usable.length > 0 && (
          <Field label={label} hint="in the workers' data-set folder" error={byName ? null : error}>
            {(control) => (
              <Select
                {...control}
                data-testid={`${testId}-choice`}
                value={byName ? byHand : value}
                options={[
                  ...(value === "" && !byName ? [{ value: "", label: `Choose one of ${countOf(usable.length, "set")}` }] : []),
                  ...usable.map(({ set }) => ({ value: set.name, label: `${set.name} · ${shortText(set)}` })),
                  { value: byHand, label: "Another name…" },
                ]}
                onChange={(next) => {
                  setTyping(next === byHand);
                  if (next !== byHand) onChange(next);
                }}
              />
            )}
          </Field>
        )}
        {byName && (
          <Field label={usable.length > 0 ? "Its name" : label} hint="in the data-set folder" error={error}>
            {(control) => (
              <TextInput
                {...control}
                value={value}
                spellCheck={false}
                data-testid={testId}
                onChange={(event) => onChange(event.target.value)}
              />
            )}
          </Field>
        )}
      </div>
      {chosen && <ChosenSet choice={chosen} where={whereText(chosen, connected)} />}
      {chosen === null && value !== "" && connected.length > 0 && error === null && (
        <p className="text-warn text-xs" data-testid="own-set-unknown">
          No connected worker has it now.
        </p>
      )}
      <Unusable choices={choices.filter(({ set }) => set.problem !== null)} several={several} />
    </div>
  );
}

const shortText = ({ trainCounts }: OwnSet) =>
  trainCounts.length === 0 ? "not read yet" : countOf(trainCounts.length, "class", "classes");

function ChosenSet({ choice, where }: { choice: OwnSetChoice; where: string | null }) {
  const { set, differs } = choice;
  if (set.problem !== null) return null; // the field's own error says it
  return (
    <div className="space-y-1 text-xs" data-testid="own-set">
      <p className="break-words text-ink-soft">
        {ownSetText(set)} {where}
      </p>
      {differs && (
        <p className="text-warn">
          The workers' copies differ in their classes or counts: runs on different data are never averaged together.
        </p>
      )}
      {set.warnings.length > 0 && (
        <ul className="list-disc space-y-0.5 pl-4 text-warn">
          {set.warnings.map((warning) => (
            <li key={warning} className="break-words">
              {warning}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Unusable({ choices, several }: { choices: readonly OwnSetChoice[]; several: string }) {
  if (choices.length === 0) return null;
  return (
    <details className="text-xs" data-testid="unusable-sets">
      <summary className="cursor-pointer text-ink-faint">
        {choices.length === 1
          ? `1 of the ${several} there cannot be used`
          : `${choices.length} of the ${several} there cannot be used`}
      </summary>
      <ul className="mt-1 space-y-1 pl-4">
        {choices.map(({ set }) => (
          <li key={set.name} className="break-words">
            {!set.problem?.startsWith(set.name) && <code className="mr-1 font-mono">{set.name}</code>}
            <span className="text-ink-soft">{set.problem}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
