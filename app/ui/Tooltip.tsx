"use client";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { placeBeside } from "./placeBeside.ts";

/** A short explanation on hover and on keyboard focus; Esc closes it. Put nothing into it that is needed to act. */
export function Tooltip({ text, children, className }: { text: ReactNode; children: ReactNode; className?: string }) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const bubble = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const open = (delayMs: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (anchor.current === null || bubble.current === null || bubble.current.matches(":popover-open")) return;
      bubble.current.showPopover();
      placeBeside(anchor.current, bubble.current, "center", 6);
    }, delayMs);
  };
  const close = () => {
    clearTimeout(timer.current);
    if (bubble.current?.matches(":popover-open")) bubble.current.hidePopover();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the element inside is the control; this only listens
    <span
      ref={anchor}
      className={className ?? "inline-flex"}
      aria-describedby={id}
      onPointerEnter={(event) => event.pointerType === "mouse" && open(250)}
      onPointerLeave={close}
      onPointerDown={close}
      onFocus={() => open(0)}
      onBlur={close}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      {children}
      <div
        ref={bubble}
        id={id}
        role="tooltip"
        popover="manual"
        className="pointer-events-none fixed max-w-72 rounded-md border border-line bg-raised px-2.5 py-1.5 font-normal text-ink text-xs shadow-float"
      >
        {text}
      </div>
    </span>
  );
}
