"use client";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

/** A window in which a token or a link is made. What is inside starts over each time that it opens. */
export function MakeDialog({
  open,
  onClose,
  title,
  children,
  testId,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  /** A component with a `MakeForm`: it is mounted while the window is open. */
  children: ReactNode;
  testId?: string;
}) {
  return (
    <Dialog open={open} onClose={onClose} title={title} wide testId={testId}>
      {children}
    </Dialog>
  );
}

/** The choices, then what was made: its secret is shown this once. With a list of those made before, the choices stay. */
export function MakeForm({
  children,
  problem,
  action,
  actionTestId,
  busy,
  onMake,
  onClose,
  made,
  list,
}: {
  children: ReactNode;
  /** Why it could not be made. */
  problem?: ReactNode;
  action: string;
  actionTestId?: string;
  busy: boolean;
  onMake: () => void;
  onClose: () => void;
  made: ReactNode | null;
  list?: ReactNode;
}) {
  if (made && list === undefined)
    return (
      <div className="space-y-4">
        {made}
        <div className="flex justify-end">
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    );
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        onMake();
      }}
    >
      {children}
      {problem}
      <div className="flex justify-end gap-2">
        {list === undefined && <Button onClick={onClose}>Cancel</Button>}
        <Button type="submit" look="primary" disabled={busy} data-testid={actionTestId}>
          {action}
        </Button>
      </div>
      {made}
      {list}
    </form>
  );
}
