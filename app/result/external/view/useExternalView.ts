"use client";
import { useCallback, useMemo } from "react";
import { useAddress } from "../../../address/useAddress.ts";
import { type ExternalView, externalPatch, readExternalView } from "./externalView.ts";

export type ChangeExternalView = (changes: Partial<ExternalView>) => void;

/** The choices of the page, read from the address and written back to it. */
export function useExternalView(): [ExternalView, ChangeExternalView] {
  const address = useAddress();
  const view = useMemo(() => readExternalView(address.get), [address]);
  const change = useCallback((changes: Partial<ExternalView>) => address.set(externalPatch(changes)), [address.set]);
  return [view, change];
}
