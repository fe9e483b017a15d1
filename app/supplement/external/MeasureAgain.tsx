import type { ExternalSource } from "../../../contract/external/externalConfig.ts";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import type { ExternalSupplement } from "../../../contract/wire/supplement.ts";
import { countOf } from "../../text/formatNumber.ts";
import { clientCall } from "./clientCall.ts";

/** Of what was not reported by a program while it trained. */
const imported: Partial<Record<ExternalSource, string>> = {
  wandb: "Some were imported from an export of Weights & Biases: choose the same file on the page “Import”.",
  tensorboard: "Some were imported from TensorBoard's event files: choose the same files on the page “Import”.",
  csv: "Some were imported from a CSV file: choose the same file and columns on the page “Import”.",
};

/** The call that measures such a run, its program's versions, and what is known of the data: what it takes to measure the same again. */
export function MeasureAgain({ supplement, rows }: { supplement: ExternalSupplement; rows: readonly ExternalRunRow[] }) {
  const { detail, clients } = supplement;
  const sources = [...new Set(rows.map(({ external }) => external.source))];
  const called = rows.find(({ external }) => external.source === "client" || external.source === "features");
  return (
    <div className="space-y-4 text-sm">
      <p>
        Collapsar {detail.program} did not train these runs: it measured what was reported of them, and knows neither their data
        nor the hash of it. Train them as they were trained, and measure them with the same call.
      </p>
      {called !== undefined && (
        <>
          <p>
            Every Collapsar server hands out <code>collapsar.py</code> at <code>/collapsar.py</code>. The call of run{" "}
            {called.ordinal + 1}; those of the others have the configs that the table of runs shows:
          </p>
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs" data-testid="client-call">
            {clientCall(detail.name, called)}
          </pre>
        </>
      )}
      {sources.map((source) => imported[source] && <p key={source}>{imported[source]}</p>)}
      <div>
        <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Measured and reported with</h3>
        <ul className="space-y-1">
          <li>Collapsar {detail.program}</li>
          {clients.map(({ name, version, runs, sha256 }) => (
            <li key={`${name} ${version}`} className="wrap-anywhere">
              {`${name} ${version}`.trim()} ({countOf(runs, "run")})
              {sha256 !== null && (
                <>
                  ; sha256 <code className="break-all font-mono text-2xs">{sha256}</code>
                </>
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
