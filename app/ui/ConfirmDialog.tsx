"use client";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import type { IconName } from "./Icon.tsx";

/** Asks before something is taken away: what it means, "Keep", and the button that does it. The asker closes it. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  action,
  icon,
  busy = false,
  onConfirm,
  children,
  testId,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Text of the button that does it. */
  action: string;
  icon?: IconName;
  busy?: boolean;
  onConfirm: () => void;
  children: ReactNode;
  testId?: string;
}) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      testId={testId}
      footer={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button look="danger" icon={icon} disabled={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      <p className="text-ink-soft text-sm">{children}</p>
    </Dialog>
  );
}
