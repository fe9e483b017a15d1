"use client";
import type { ReactNode } from "react";
import type { LauncherDevice } from "../../../contract/launcher.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { Field, TextInput } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { isOwnMachine } from "../isOwnMachine.ts";
import type { KubernetesForm, Problems } from "./kubernetesForm.ts";

interface FieldsProps {
  form: KubernetesForm;
  set: <Name extends keyof KubernetesForm>(name: Name, value: KubernetesForm[Name]) => void;
  problems: Problems;
}

type NamesOf<T> = { [Name in keyof KubernetesForm]: KubernetesForm[Name] extends T ? Name : never }[keyof KubernetesForm];

/** What the manifest is made from. */
export function KubernetesFields({ form, set, problems }: FieldsProps) {
  const text = (
    name: Exclude<NamesOf<string>, "device">,
    label: string,
    more: { hint?: ReactNode; placeholder?: string } = {},
  ) => (
    <Field label={label} hint={more.hint} error={problems[name]}>
      {(control) => (
        <TextInput
          {...control}
          data-testid={`kubernetes-${name}`}
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
        <NumberInput {...control} data-testid={`kubernetes-${name}`} value={form[name]} onChange={(value) => set(name, value)} />
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
        {text("namespace", "Namespace")}
        {text("name", "Name of the Job")}
        {number("workers", "Workers", form.device === "gpu" ? "one GPU each" : undefined)}
        {number("minutes", "Time limit, minutes")}
        {number("cores", "Cores per worker", form.device === "cpu" ? "one run per core" : undefined)}
        {number("memoryGiB", "Memory per worker, GiB")}
      </div>
      {text("image", "Image", { hint: "built from this program's Containerfile, in a registry that the nodes reach" })}
      {text("server", "Server address for the pods", {
        hint: isOwnMachine(form.server) && "this leads to the server's own machine alone",
      })}
      {text("secret", "Secret with the token")}
      {text("queue", "Kueue queue", { placeholder: "none: scheduled at once" })}
    </div>
  );
}
