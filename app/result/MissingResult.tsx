import type { ReactNode } from "react";
import { isGone } from "../data/failureOf.ts";
import { Problem } from "../live/Problem.tsx";
import { NoExperiment } from "./NoExperiment.tsx";
import { ResultSkeleton } from "./ResultSkeleton.tsx";

interface MissingResultProps {
  experimentId: string;
  /** Why it could not be read; null: it is being read. */
  error: unknown;
  readOnly: boolean;
  badge: ReactNode;
  onRead: () => void;
}

/** What stands in place of an experiment that has not been read. */
export function MissingResult({ experimentId, error, readOnly, badge, onRead }: MissingResultProps) {
  return (
    <div>
      {error === null ? (
        <ResultSkeleton />
      ) : isGone(error) ? (
        <NoExperiment experimentId={experimentId} readOnly={readOnly} onRestored={onRead} />
      ) : (
        <Problem error={error} onRetry={onRead} />
      )}
      <div className="sr-only">{badge}</div>
    </div>
  );
}
