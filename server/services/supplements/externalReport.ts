import { createHash } from "node:crypto";
import { loggedName, parseSeriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { ExternalExperimentDetail, ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { type ExternalSupplement, reportedLogs, reportedPoints, roundedDigits } from "../../../contract/wire/supplement.ts";
import type { SeriesView } from "../../../contract/wire/views.ts";
import type { Reader } from "../../access/reader.ts";
import { AnswerAllowance } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { clientSource } from "../../program/clientSource.ts";
import { readExperimentSeries } from "../series/readExperimentSeries.ts";

/** Of all curves of a report together, about: a megabyte of the file. */
const maxPoints = 200_000;
const minPoints = 3;

/** What the runs of an external study measured and logged over their steps, thinned, as its report draws it. */
export async function readReportSeries(
  context: ServiceContext,
  reader: Reader,
  { runs }: ExternalExperimentDetail,
  id: string,
): Promise<SeriesView[]> {
  const logged = new Set(firstLogs(runs));
  // The last layer has another number in each network.
  const groups = new Map<string, { keys: string[]; runIds: string[] }>();
  for (const run of runs) {
    const layers = run.config.layers?.length ?? 0;
    const keys = Object.keys(run.last).filter((key) => {
      const layer = parseSeriesKey(key)?.layer ?? null;
      return loggedName(key) === null ? layer === null || layer === layers : logged.has(key);
    });
    if (keys.length === 0) continue;
    const named = keys.sort().join("\n");
    const group = groups.get(named) ?? { keys, runIds: [] };
    groups.set(named, group);
    group.runIds.push(run.id);
  }
  const count = [...groups.values()].reduce((sum, { keys, runIds }) => sum + keys.length * runIds.length, 0);
  const points = Math.max(minPoints, Math.min(reportedPoints, Math.floor(maxPoints / Math.max(1, count))));
  const views: SeriesView[] = [];
  for (const group of groups.values())
    views.push(...(await readExperimentSeries(context, reader, { id, ...group, maxPoints: points }, new AnswerAllowance())));
  return views.map((view) => ({ ...view, values: view.values.map((value) => Number(value.toPrecision(roundedDigits))) }));
}

/** In the order in which pages list them. */
const firstLogs = (runs: readonly ExternalRunRow[]): string[] =>
  [...new Set(runs.flatMap(({ last }) => Object.keys(last)))]
    .filter((key) => loggedName(key) !== null)
    .sort((a, b) => a.localeCompare(b, "en"))
    .slice(0, reportedLogs);

/** Programs whose name is hidden are not told apart. @param version of this program, and of the client that it hands out */
export function listClients({ runs }: ExternalExperimentDetail, version: string): ExternalSupplement["clients"] {
  const source = clientSource(version);
  const own = /^__version__ = "([^"\n]*)"$/m.exec(source)?.[1];
  const known = Map.groupBy(runs, ({ external: { client } }) => JSON.stringify([client.name, client.version]));
  return [...known.values()].flatMap((members) => {
    const { name, version: used } = (members[0] as ExternalRunRow).external.client;
    if (name === "") return [];
    const isOwn = name === "collapsar.py" && used === own;
    return [
      { name, version: used, runs: members.length, sha256: isOwn ? createHash("sha256").update(source).digest("hex") : null },
    ];
  });
}
