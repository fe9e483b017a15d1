import type { RunRow } from "../../../contract/wire/views.ts";

/** Why a run ended without a result. */
export function RunFailure({ failure }: { failure: NonNullable<RunRow["failure"]> }) {
  return (
    <div
      role="alert"
      data-testid="run-failure"
      className="mt-3 rounded-md border border-line bg-bad-soft px-3 py-2 text-bad text-sm"
    >
      <strong className="font-semibold">{failure.code.toLowerCase().replaceAll("_", " ")}</strong>{" "}
      <span className="whitespace-pre-wrap break-words">{failure.message}</span>
    </div>
  );
}
