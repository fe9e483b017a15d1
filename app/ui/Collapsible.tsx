"use client";
import { type ReactNode, useEffect, useState } from "react";
import { Icon } from "./Icon.tsx";

/** Fields that most people leave as they are, with what they are set to; opens on its own when something inside is wrong. */
export function Collapsible({
  title,
  summary,
  wrong,
  children,
  testId,
}: {
  title: string;
  summary: ReactNode;
  wrong: boolean;
  children: ReactNode;
  testId?: string;
}) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong]);
  return (
    <details
      data-testid={testId}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group border-line border-t first:border-t-0"
    >
      <summary className="flex min-h-11 list-none items-center gap-3 px-4 py-2 hover:bg-hover">
        <span className="text-ink-faint transition-transform group-open:rotate-90">
          <Icon name="right" size={12} />
        </span>
        <span className="w-32 shrink-0 font-medium text-sm">{title}</span>
        <span className="min-w-0 truncate text-ink-faint text-xs group-open:invisible">{summary}</span>
      </summary>
      <div className="px-4 pt-1 pb-4 sm:pl-10">{children}</div>
    </details>
  );
}
