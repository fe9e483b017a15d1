"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

export type AddressPatch = Record<string, string | number | boolean | null | undefined>;

/** The window's address with some of its parameters changed; null, undefined, false and "" remove one. */
export function patchedAddress(current: string, patch: AddressPatch): string {
  const url = new URL(current, "http://address.invalid");
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === false || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value === true ? "1" : String(value));
  }
  return `${url.pathname}${url.search}${url.hash}`;
}

/**
 * What a person has chosen lives in the address, so that a link shows the same and Back works.
 * `set` replaces the current entry of the history (a filter being typed), `push` adds one (a step to go back from).
 */
export function useAddress() {
  const parameters = useSearchParams();
  const pathname = usePathname();
  const set = useCallback((patch: AddressPatch) => {
    // Next follows the native history, without asking the server for the page again.
    window.history.replaceState(null, "", patchedAddress(window.location.href, patch));
  }, []);
  const push = useCallback((patch: AddressPatch) => {
    window.history.pushState(null, "", patchedAddress(window.location.href, patch));
  }, []);
  return useMemo(
    () => ({ get: (name: string) => parameters.get(name), has: (name: string) => parameters.has(name), pathname, set, push }),
    [parameters, pathname, set, push],
  );
}
