import { Notice } from "../../ui/Notice.tsx";

const open = 3;

/** Warnings under their title; a long list is folded. */
export function WarningList({ title, warnings, testId }: { title: string; warnings: readonly string[]; testId: string }) {
  const list = (
    <ul className="mt-1 list-disc space-y-1 pl-4 text-ink-soft">
      {warnings.map((text) => (
        <li key={text} className="break-words">
          {text}
        </li>
      ))}
    </ul>
  );
  return (
    <Notice tone="plainWarn" testId={testId}>
      {warnings.length > open ? (
        <details className="min-w-0 flex-1">
          <summary className="cursor-pointer">{title}</summary>
          {list}
        </details>
      ) : (
        <div className="min-w-0 flex-1">
          <p>{title}</p>
          {list}
        </div>
      )}
    </Notice>
  );
}
