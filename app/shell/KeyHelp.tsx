"use client";
import type { ReactNode } from "react";
import { Dialog } from "../ui/Dialog.tsx";
import { Kbd } from "../ui/Kbd.tsx";

const keys: [keys: ReactNode[], text: string][] = [
  [["Ctrl", "K"], "Every command and experiment by name (⌘ K on a Mac)"],
  [["n"], "New experiment"],
  [["/"], "Search the list"],
  [["c"], "Copy a link to this view"],
  [["?"], "These keys"],
  [["Esc"], "Close, clear, go back"],
];

export function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" testId="key-help">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2.5 text-sm">
        {keys.map(([names, text]) => (
          <div key={text} className="contents">
            <dt className="flex gap-1">
              {names.map((name, index) => (
                <Kbd key={index}>{name}</Kbd>
              ))}
            </dt>
            <dd className="text-ink-soft">{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
