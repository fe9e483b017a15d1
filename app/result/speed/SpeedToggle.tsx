"use client";
import { Icon } from "../../ui/Icon.tsx";

/** Heading of the view of convergence speed, which opens and closes it: it reads more series than the rest of the page. */
export function SpeedToggle({ open, onOpen }: { open: boolean; onOpen: (open: boolean) => void }) {
  return (
    <h2 id="speed-heading" className={open ? "mb-2 font-semibold text-base" : "font-semibold text-base"}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
        className="inline-flex min-h-7 items-center gap-1.5 rounded-sm hover:text-accent"
      >
        <Icon name={open ? "down" : "right"} size={14} />
        Convergence speed
      </button>
    </h2>
  );
}
