import type { ReactNode } from "react";

/** Said where nothing is: why, and what to do next. */
export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center" data-testid="empty">
      <svg
        aria-hidden="true"
        width="40"
        height="40"
        viewBox="0 0 32 32"
        fill="none"
        stroke="currentColor"
        className="mb-1 text-line-strong"
      >
        <path d="M16 17V8M16 17l7.8 4.5M16 17l-7.8 4.5" strokeDasharray="1.5 2" />
        <circle cx="16" cy="7" r="2.4" />
        <circle cx="24.7" cy="22" r="2.4" />
        <circle cx="7.3" cy="22" r="2.4" />
      </svg>
      <p className="font-medium text-base">{title}</p>
      {children && <div className="max-w-md text-ink-soft text-sm">{children}</div>}
      {actions && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
