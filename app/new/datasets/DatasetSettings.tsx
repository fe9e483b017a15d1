"use client";
import { type DatasetConfig, inputKind } from "../../../contract/data/datasetConfig.ts";
import { NumberInput, OptionalNumberInput } from "../../numbers/NumberInput.tsx";
import { Field } from "../../ui/Field.tsx";
import { OwnSetField } from "./OwnSetField.tsx";

/** Columns of short fields. */
export const fieldGrid = "grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(136px,1fr))]";

/** What a data set leaves open, but for noise and imbalance: its subset, its words, its name. */
export function DatasetSettings({
  dataset,
  onChange,
  errorAt,
}: {
  dataset: DatasetConfig;
  onChange: (dataset: DatasetConfig) => void;
  errorAt: (key: string) => string | null;
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
        {number("trainPerClass", "Training per class n")}
        {number("testPerClass", "Test per class")}
        {number("dataSeed", "Seed of the data")}
        {dataset.id === "gaussian-clusters" && number("separation", "Separation", "centres, in σ")}
      </>
    );
  if (dataset.id === "modular-addition")
    return (
      <>
        {number("modulus", "Modulus p", "classes, too")}
        {number("trainShare", "Training share", "of each sum's pairs")}
        {number("dataSeed", "Seed of the split")}
      </>
    );
  if (dataset.id === "next-token")
    return (
      <>
        {number("tokens", "Tokens K", "classes, too")}
        {number("context", "Context m", "tokens that are read")}
        {number("trainSamples", "Training samples")}
        {number("testSamples", "Test samples")}
        {number("factors", "Latent factors")}
        {number("values", "Values of a factor")}
        {number("exponent", "Zipf exponent", "0: equal frequencies")}
        {number("strength", "Strength", "of the factors")}
        {number("dataSeed", "Seed of the data")}
      </>
    );
  return (
    <>
      {dataset.id === "image-folder" && (
        <>
          <OwnSetField
            id={dataset.id}
            value={dataset.folder}
            onChange={(folder) => set("folder", folder)}
            error={errorAt("folder")}
          />
          {number("size", "Side, pixels", "resized and cropped")}
        </>
      )}
      {dataset.id === "text-file" && (
        <>
          <OwnSetField id={dataset.id} value={dataset.file} onChange={(file) => set("file", file)} error={errorAt("file")} />
          {number("testShare", "Test share", "of each class's lines")}
          {number("splitSeed", "Seed of the split")}
        </>
      )}
      {subset("trainPerClass", "Training per class n")}
      {subset("testPerClass", "Test per class")}
      {inputKind(dataset.id) === "text" && (
        <>
          {number("maxLength", "Longest text", "tokens, <cls> included")}
          {number("vocabulary", "Vocabulary size", "most frequent words")}
        </>
      )}
    </>
  );
}
