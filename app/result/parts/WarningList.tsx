import { Icon } from "../../ui/Icon.tsx";

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
    <div data-testid={testId} className="flex gap-3 rounded-lg border border-line bg-surface px-4 py-3 text-sm">
      <span className="mt-0.5 text-warn">
        <Icon name="warning" />
      </span>
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
    </div>
  );
}
