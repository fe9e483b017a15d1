"use client";
import { useEffect, useEffectEvent } from "react";

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (target.matches("input, textarea, select") && !target.matches("input:is([type=checkbox], [type=radio], [type=range])")));

/**
 * Single keys of a page, such as "n" or "/"; "mod+k" is Ctrl+K or Cmd+K and works while typing too.
 * Quiet while a dialog or a menu is open, which have their own keys.
 */
export function useKeys(bindings: Record<string, () => void>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const withModifier = event.ctrlKey || event.metaKey;
    const action = bindings[withModifier ? `mod+${event.key.toLowerCase()}` : event.key];
    if (action === undefined) return;
    if (!withModifier && (isTyping(event.target) || document.querySelector("dialog[open], [popover=auto]:popover-open"))) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}
