"use client";
import { useId } from "react";
import { type DatasetConfig, inputKind } from "../../contract/datasetConfig.ts";
import { Field, TextInput } from "../ui/Field.tsx";
import { NumberInput, OptionalNumberInput } from "./NumberInput.tsx";

/** Columns of short fields. */
export const fieldGrid = "grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(136px,1fr))]";

/** What a data set leaves open, but for noise and imbalance: its subset, its words, its name. */
export function DatasetSettings({
  dataset,
  onChange,
  errorAt,
  names,
}: {
  dataset: DatasetConfig;
  onChange: (dataset: DatasetConfig) => void;
  errorAt: (key: string) => string | null;
  /** Folders or files that a worker has, to choose from. */
  names: readonly string[];
}) {
  const set = (key: string, value: unknown) => onChange({ ...dataset, [key]: value } as DatasetConfig);
  const current = (key: string) => (dataset as Record<string, unknown>)[key];
  const number = (key: string, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={errorAt(key)}>
      {(control) => (
        <NumberInput
          {...control}
          value={current(key) as number}
          onChange={(value) => set(key, value)}
          data-testid={`set-${key}`}
        />
      )}
    </Field>
  );
  const subset = (key: string, label: string) => (
    <Field label={label} error={errorAt(key)}>
      {(control) => (
        <OptionalNumberInput
          {...control}
          placeholder="all"
          value={current(key) as number | null}
          onChange={(value) => set(key, value)}
          data-testid={`set-${key}`}
        />
      )}
    </Field>
  );
  if (dataset.id === "gaussian-clusters" || dataset.id === "random-labels")
    return (
      <>
        {number("classes", "Classes K")}
        {number("dimension", "Dimension")}
        {number("trainPerClass", "Training a class n")}
        {number("testPerClass", "Test a class")}
        {number("dataSeed", "Seed of the data")}
        {dataset.id === "gaussian-clusters" && number("separation", "Separation", "centres, in σ")}
      </>
    );
  return (
    <>
      {dataset.id === "image-folder" && (
        <>
          <NameField
            label="Folder"
            value={dataset.folder}
            onChange={(folder) => set("folder", folder)}
            error={errorAt("folder")}
            names={names}
          />
          {number("size", "Side, pixels", "resized and cropped")}
        </>
      )}
      {dataset.id === "text-file" && (
        <>
          <NameField
            label="File"
            value={dataset.file}
            onChange={(file) => set("file", file)}
            error={errorAt("file")}
            names={names}
          />
          {number("testShare", "Test share", "of each class's lines")}
          {number("splitSeed", "Seed of the split")}
        </>
      )}
      {subset("trainPerClass", "Training a class n")}
      {subset("testPerClass", "Test a class")}
      {inputKind(dataset.id) === "text" && (
        <>
          {number("maxLength", "Longest text", "tokens, <cls> included")}
          {number("vocabulary", "Words known", "most frequent ones")}
        </>
      )}
    </>
  );
}

/** A name in the data-set folder, with those that a worker found there to choose from. */
function NameField({
  label,
  value,
  onChange,
  error,
  names,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | null;
  names: readonly string[];
}) {
  const list = useId();
  return (
    <Field label={label} hint="in the data-set folder" error={error} className="col-span-2">
      {(control) => (
        <>
          <TextInput
            {...control}
            list={list}
            value={value}
            spellCheck={false}
            data-testid={`set-${label.toLowerCase()}`}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
