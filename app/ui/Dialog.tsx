"use client";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./Button.tsx";
import { classes } from "./classes.ts";

/** Of several radio buttons, the chosen one. */
const firstField = ["input:not([type=hidden], [type=radio])", "input:checked", "select", "textarea"]
  .map((field) => `${field}:enabled`)
  .join(", ");

/** A modal window: its first field, if there is one, has the focus, which stays inside; Esc or a click outside closes it, and the focus returns to where it was. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  footer,
  wide = false,
  testId,
}: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  testId?: string;
}) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) {
      element.showModal();
      // The browser would choose the first button, which closes it.
      body.current?.querySelector<HTMLElement>(firstField)?.focus();
    }
    if (!open && element.open) element.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop; the keyboard has Esc
    <dialog
      ref={dialog}
      data-testid={testId}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      className={classes(
        "m-auto max-h-[85dvh] w-[calc(100vw-32px)] overflow-hidden rounded-lg border border-line bg-raised p-0 text-ink shadow-float open:flex open:animate-rise open:flex-col",
        wide ? "max-w-2xl" : "max-w-md",
      )}
    >
      {open && (
        <>
          <header className="flex items-center justify-between gap-4 border-line border-b py-2 pr-2 pl-4">
            <h2 id={titleId} className="font-semibold text-base">
              {title}
            </h2>
            <Button look="quiet" small icon="close" aria-label="Close" onClick={onClose} />
          </header>
          <div ref={body} className="wrap-anywhere overflow-y-auto p-4">
            {children}
          </div>
          {footer && <footer className="flex flex-wrap justify-end gap-2 border-line border-t px-4 py-3">{footer}</footer>}
        </>
      )}
    </dialog>
  );
}
