import type { ReactNode } from "react";
import { CopyButton } from "./CopyButton.tsx";

/** A link or token that is shown this once, to be copied. */
export function SecretLine({
  text,
  label,
  testId,
  children,
}: {
  text: string;
  label: string;
  testId?: string;
  children: ReactNode;
}) {
  return (
    <div className="space-y-3" role="status">
      <p className="text-ink-soft text-sm">{children}</p>
      <pre
        data-testid={testId}
        className="overflow-x-auto whitespace-pre-wrap break-all rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5"
      >
        {text}
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
