"use client";
import { Icon } from "../../ui/Icon.tsx";

interface SectionToggleProps {
  /** Of the heading, which names the section that it opens. */
  id: string;
  title: string;
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** Heading of a section of the page that opens and closes it. */
export function SectionToggle({ id, title, open, onOpen }: SectionToggleProps) {
  return (
    <h2 id={id} className={open ? "mb-2 font-semibold text-base" : "font-semibold text-base"}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
        className="inline-flex min-h-7 items-center gap-1.5 rounded-sm hover:text-accent"
      >
        <Icon name={open ? "down" : "right"} size={14} />
        {title}
      </button>
    </h2>
  );
}
