"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo, useSyncExternalStore } from "react";

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

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

/** Next follows the native history, without asking the server for the page again. */
function change(how: "replaceState" | "pushState", patch: AddressPatch): void {
  window.history[how](null, "", patchedAddress(window.location.href, patch));
  for (const listener of listeners) listener();
}

/**
 * What a person has chosen lives in the address, so that a link shows the same and Back works.
 * `set` replaces the current entry of the history (a filter being typed), `push` adds one (a step to go back from).
 */
export function useAddress() {
  const parameters = useSearchParams();
  const pathname = usePathname();
  const followed = parameters.toString();
  // Next follows in a transition, which waits while live points are drawn: the window's own address shows a choice at once.
  // While another page is being opened, that is still the old page's.
  const search = useSyncExternalStore(
    subscribe,
    () => (window.location.pathname === pathname ? window.location.search.slice(1) : followed),
    () => followed,
  );
  const set = useCallback((patch: AddressPatch) => change("replaceState", patch), []);
  const push = useCallback((patch: AddressPatch) => change("pushState", patch), []);
  return useMemo(() => {
    const chosen = new URLSearchParams(search);
    return { get: (name: string) => chosen.get(name), has: (name: string) => chosen.has(name), pathname, set, push };
  }, [search, pathname, set, push]);
}
