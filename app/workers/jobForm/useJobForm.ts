"use client";
import { useMemo, useState } from "react";
import { useAddress } from "../../address/useAddress.ts";
import { type TypedForm, typeOver } from "./typedForm.ts";

export type SetField<Form> = <Name extends keyof Form>(name: Name, value: Form[Name]) => void;

/**
 * A form that the page's address keeps: what differs from what it begins with.
 * @param exampleOf what it begins with, by the server's address
 */
export function useJobForm<Form extends object>(exampleOf: (server: string) => Form, server: string) {
  const address = useAddress();
  const [typed, setTyped] = useState<TypedForm<Form>>(() => {
    const names = Object.keys(exampleOf(server)).filter((name) => address.has(name));
    return Object.fromEntries(names.map((name) => [name, address.get(name)!])) as TypedForm<Form>;
  });
  const form = useMemo(() => typeOver(exampleOf(server), typed), [exampleOf, typed, server]);
  const set: SetField<Form> = (name, value) => {
    setTyped((before) => ({ ...before, [name]: String(value) }));
    const isChosen = value !== exampleOf(server)[name] && !Number.isNaN(value);
    address.set({ [name]: isChosen ? String(value) : null });
  };
  return { form, set };
}
