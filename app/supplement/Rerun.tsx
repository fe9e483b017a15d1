import type { ReactNode } from "react";
import type { Supplement } from "../../contract/wire/supplement.ts";
import { countOf, formatCount } from "../text/formatNumber.ts";
import { classes } from "../ui/classes.ts";

/** Config, command, versions and hashes of the data: what it takes to have the same numbers again. */
export function Rerun({ supplement }: { supplement: Supplement }) {
  const { rerun, data, computed, detail } = supplement;
  return (
    <div className="space-y-4 text-sm">
      {rerun === null ? (
        <p>
          These runs were trained by a program of their own and measured by Collapsar {detail.program}: their configs stand in the
          table of runs.
        </p>
      ) : (
        <>
          <p>
            Save the configuration as <code>study.yaml</code> and launch it with Collapsar {detail.program}; each run is a
            function of its config and seed.
          </p>
          <Code>npx collapsar launch study.yaml</Code>
          <Folded title="Configuration as YAML (study.yaml)">{rerun.yaml}</Folded>
          <Folded title="Configuration as JSON" onScreenOnly>
            {rerun.json}
          </Folded>
        </>
      )}
      {data.length > 0 && (
        <div>
          <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Data</h3>
          <ul className="space-y-1">
            {data.map(({ label, sha256, trainSamples, testSamples, classes }) => (
              <li key={`${label} ${sha256}`}>
                {label}: {formatCount(trainSamples)} training and {formatCount(testSamples)} test samples,{" "}
                {countOf(classes, "class", "classes")}; sha256 <code className="break-all font-mono text-2xs">{sha256}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      {computed.length > 0 && (
        <div>
          <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Computed with</h3>
          <ul className="space-y-1">
            {computed.map(({ device, versions, runs }) => (
              <li key={`${device} ${JSON.stringify(versions)}`}>
                {device} ({countOf(runs, "run")})
                {Object.keys(versions).length > 0 &&
                  `: ${Object.entries(versions)
                    .map(([name, version]) => `${name} ${version}`)
                    .join(", ")}`}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

const Code = ({ children }: { children: ReactNode }) => (
  <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs">{children}</pre>
);

const Folded = ({ title, children, onScreenOnly = false }: { title: string; children: string; onScreenOnly?: boolean }) => (
  <details className={classes("rounded-md border border-line px-3 py-2", onScreenOnly && "print:hidden")}>
    <summary className="cursor-pointer font-medium text-xs">{title}</summary>
    <pre className="mt-2 overflow-x-auto whitespace-pre-wrap break-words font-mono text-2xs">{children}</pre>
  </details>
);
