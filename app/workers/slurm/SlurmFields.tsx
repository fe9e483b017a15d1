"use client";
import type { ReactNode } from "react";
import type { LauncherDevice } from "../../../contract/launcher.ts";
import type { SlurmForm } from "../../../contract/slurm/slurmJob.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { Field, TextInput } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { isOwnMachine } from "../isOwnMachine.ts";

interface FieldsProps {
  form: SlurmForm;
  set: <Name extends keyof SlurmForm>(name: Name, value: SlurmForm[Name]) => void;
  problems: Partial<Record<keyof SlurmForm, string>>;
}

type NamesOf<T> = { [Name in keyof SlurmForm]: SlurmForm[Name] extends T ? Name : never }[keyof SlurmForm];

/** What the batch script is made from. */
export function SlurmFields({ form, set, problems }: FieldsProps) {
  const text = (
    name: Exclude<NamesOf<string>, "device">,
    label: string,
    more: { hint?: ReactNode; placeholder?: string } = {},
  ) => (
    <Field label={label} hint={more.hint} error={problems[name]}>
      {(control) => (
        <TextInput
          {...control}
          data-testid={`slurm-${name}`}
          value={form[name]}
          placeholder={more.placeholder}
          spellCheck={false}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </Field>
  );
  const number = (name: NamesOf<number>, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={problems[name]}>
      {(control) => (
        <NumberInput {...control} data-testid={`slurm-${name}`} value={form[name]} onChange={(value) => set(name, value)} />
      )}
    </Field>
  );
  return (
    <div className="space-y-4">
      <div>
        <p className="mb-1 font-medium text-ink-soft text-xs">Trains on</p>
        <Segmented<LauncherDevice>
          label="Trains on"
          value={form.device}
          onChange={(value) => set("device", value)}
          options={[
            { value: "gpu", label: "GPU" },
            { value: "cpu", label: "CPU" },
          ]}
        />
      </div>
      <div className="grid grid-cols-2 gap-3">
        {text("partition", "Partition", { placeholder: "default" })}
        {text("account", "Account", { placeholder: "default" })}
        {number("tasks", "Workers", "tasks of the array")}
        {number("minutes", "Time limit, minutes")}
        {number("cpus", "Cores per worker", form.device === "cpu" ? "one run per core" : undefined)}
        {number("memoryGb", "Memory per worker, GB")}
        {form.device === "gpu" && text("gpuType", "GPU type", { placeholder: "any" })}
        {number("idleMinutes", "Idle limit, minutes")}
      </div>
      {text("server", "Server address for the nodes", {
        hint: isOwnMachine(form.server) && "this leads to the server's own machine alone",
      })}
      {text("folder", "Program folder on the nodes", { hint: "where npm ci was run" })}
      {text("tokenFile", "Token file")}
      {text("scratch", "Scratch folder", { placeholder: "the node's temporary folder" })}
      {text("datasets", "Data-set folder", { placeholder: "the program's own" })}
      {text("extra", "Further sbatch options", { placeholder: "--constraint=a100 --qos=long" })}
    </div>
  );
}
