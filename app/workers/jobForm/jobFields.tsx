"use client";
import type { ReactNode } from "react";
import type { LauncherDevice } from "../../../contract/launcher.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { Field, TextInput } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { isOwnMachine } from "../isOwnMachine.ts";
import type { Problems } from "./typedForm.ts";
import type { SetField } from "./useJobForm.ts";

/** What forms of every kind of cluster have. */
interface JobForm {
  device: LauncherDevice;
  server: string;
}

export interface JobFieldsProps<Form extends JobForm> {
  form: Form;
  set: SetField<Form>;
  problems: Problems<Form>;
}

type NamesOf<Form, T> = Exclude<{ [Name in keyof Form]: Form[Name] extends T ? Name : never }[keyof Form], "device"> & string;

/**
 * The fields of a form of workers on a cluster.
 * @param kind begins the test ids
 */
export function jobFields<Form extends JobForm>(kind: string, { form, set, problems }: JobFieldsProps<Form>) {
  const text = (name: NamesOf<Form, string>, label: string, more: { hint?: ReactNode; placeholder?: string } = {}) => (
    <Field label={label} hint={more.hint} error={problems[name]}>
      {(control) => (
        <TextInput
          {...control}
          data-testid={`${kind}-${name}`}
          value={form[name] as string}
          placeholder={more.placeholder}
          spellCheck={false}
          onChange={(event) => set(name, event.target.value as Form[typeof name])}
        />
      )}
    </Field>
  );
  const number = (name: NamesOf<Form, number>, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={problems[name]}>
      {(control) => (
        <NumberInput
          {...control}
          data-testid={`${kind}-${name}`}
          value={form[name] as number}
          onChange={(value) => set(name, value as Form[typeof name])}
        />
      )}
    </Field>
  );
  const device = (
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
  );
  const server = (label: string) =>
    text("server" as NamesOf<Form, string>, label, {
      hint: isOwnMachine(form.server) && "this leads to the server's own machine alone",
    });
  return { text, number, device, server };
}
