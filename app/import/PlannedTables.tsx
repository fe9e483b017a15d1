import type { ImportPlan } from "../../contract/wire/imports.ts";
import { formatCount } from "../text/formatNumber.ts";
import { Badge } from "../ui/Badge.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Rows, Table, Td, Th } from "../ui/Table.tsx";

const shownAxes = 6;

export function PlannedAxes({ axes }: { axes: ImportPlan["axes"] }) {
  return (
    <Panel title="Axes" hint="what tells the runs apart" padded={false} testId="planned-axes">
      <Table>
        <thead>
          <tr>
            <Th>Axis</Th>
            <Th numeric>Different values</Th>
            <Th>Values</Th>
          </tr>
        </thead>
        <Rows>
          {axes.map(({ key, different, examples }) => (
            <tr key={key}>
              <Td className="wrap-anywhere">{key}</Td>
              <Td numeric>{formatCount(different)}</Td>
              <Td className="wrap-anywhere max-w-96 text-ink-soft">
                {examples.map(String).join(", ")}
                {different > examples.length && ", …"}
              </Td>
            </tr>
          ))}
        </Rows>
      </Table>
    </Panel>
  );
}

export function PlannedRuns({ plan }: { plan: ImportPlan }) {
  const axes = plan.axes.filter(({ key, different }) => different > 1 && key !== "run").slice(0, shownAxes);
  const more = plan.counts.runs - plan.runs.length;
  return (
    <Panel
      title="Runs"
      hint={more > 0 ? `the first ${formatCount(plan.runs.length)} of ${formatCount(plan.counts.runs)}` : undefined}
      padded={false}
      testId="planned-runs"
    >
      <Table>
        <thead>
          <tr>
            <Th>Run</Th>
            {axes.map(({ key }) => (
              <Th key={key}>{key}</Th>
            ))}
            <Th numeric>{plan.features ? "Layers" : "Series"}</Th>
            <Th numeric>{plan.features ? "Measurements" : "Points"}</Th>
            <Th numeric>Steps</Th>
          </tr>
        </thead>
        <Rows>
          {plan.runs.map((run, at) => (
            <tr key={at} data-testid="planned-run">
              <Td className="wrap-anywhere min-w-40">
                {run.name} {run.present && <Badge title="It is here as it is in the files">here already</Badge>}
              </Td>
              {axes.map(({ key }) => (
                <Td key={key} className="wrap-anywhere">
                  {run.values[key] === undefined ? "–" : String(run.values[key])}
                </Td>
              ))}
              <Td numeric>{formatCount(run.series)}</Td>
              <Td numeric>{formatCount(run.points)}</Td>
              <Td numeric className="whitespace-nowrap">
                {run.firstStep === null || run.lastStep === null
                  ? "–"
                  : run.firstStep === run.lastStep
                    ? formatCount(run.firstStep)
                    : `${formatCount(run.firstStep)}–${formatCount(run.lastStep)}`}
              </Td>
            </tr>
          ))}
        </Rows>
      </Table>
    </Panel>
  );
}

export function PlannedSeries({ plan }: { plan: ImportPlan }) {
  const more = plan.counts.series - plan.series.length;
  return (
    <Panel
      title="Series"
      hint={more > 0 ? `the first ${formatCount(plan.series.length)} of ${formatCount(plan.counts.series)}` : undefined}
      padded={false}
      testId="planned-series"
    >
      <Table>
        <thead>
          <tr>
            <Th>Series</Th>
            <Th numeric>Runs</Th>
            <Th numeric>Points</Th>
          </tr>
        </thead>
        <Rows>
          {plan.series.map(({ key, runs, points }) => (
            <tr key={key}>
              <Td className="wrap-anywhere font-mono text-xs">{key}</Td>
              <Td numeric>{formatCount(runs)}</Td>
              <Td numeric>{formatCount(points)}</Td>
            </tr>
          ))}
        </Rows>
      </Table>
    </Panel>
  );
}
