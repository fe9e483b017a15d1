import type { ReactNode } from "react";
import { classes } from "./classes.ts";

/** A bordered surface with an optional heading line and actions at its right. */
export function Panel({
  title,
  hint,
  actions,
  children,
  padded = true,
  className,
  testId,
}: {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  padded?: boolean;
  className?: string;
  testId?: string;
}) {
  return (
    <section className={classes("min-w-0 rounded-lg border border-line bg-surface", className)} data-testid={testId}>
      {(title !== undefined || actions !== undefined) && (
        <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-1.5">
          <h2 className="wrap-anywhere min-w-0 font-semibold text-sm">{title}</h2>
          {hint !== undefined && <div className="min-w-0 text-ink-faint text-xs">{hint}</div>}
          {actions !== undefined && <div className="ml-auto flex items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={padded ? "p-4" : undefined}>{children}</div>
    </section>
  );
}
