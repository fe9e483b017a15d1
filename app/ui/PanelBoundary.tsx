"use client";
import { Component, type ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Notice } from "./Notice.tsx";

interface PanelBoundaryProps {
  /** What is inside, as a person calls it: "The depth curve". */
  what: string;
  /** Inside of a table: the number of its columns, for a line of its own. */
  columns?: number;
  /** Shown in place of the usual notice. */
  fallback?: ReactNode;
  children: ReactNode;
}

/** Keeps what breaks inside of it from taking the rest of the page down: says what could not be shown, and tries again when asked to. */
export class PanelBoundary extends Component<PanelBoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { what, columns, fallback, children } = this.props;
    const { error } = this.state;
    if (error === null) return children;
    if (fallback !== undefined) return fallback;
    const notice = (
      <Notice role="alert" inLine className="self-start" testId="broken-panel">
        <div className="min-w-0 flex-1 basis-60">
          {what} could not be shown: its data contain something that this page cannot draw. The rest of the page works, and no
          measurements are lost.
          <details className="text-ink-soft text-xs">
            <summary>Details for a bug report</summary>
            <code className="break-words font-mono">{error.message}</code>
          </details>
        </div>
        <Button small icon="again" onClick={() => this.setState({ error: null })}>
          Try again
        </Button>
      </Notice>
    );
    if (columns === undefined) return notice;
    return (
      <tr>
        <td colSpan={columns} className="p-2">
          {notice}
        </td>
      </tr>
    );
  }
}
