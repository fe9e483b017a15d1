import { stringify } from "yaml";
import { experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { stateDefinitions } from "../../../contract/config/statedDefinition.ts";
import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import { isExternal, isExternalConfig } from "../../../contract/external/externalConfig.ts";
import { parseSeriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { AnyExperimentDetail, AnyRunRow } from "../../../contract/wire/externalViews.ts";
import { type AnySupplement, profileSteps, roundedDigits, type Supplement } from "../../../contract/wire/supplement.ts";
import type { ExperimentDetail, LayerProfileView } from "../../../contract/wire/views.ts";
import { listVersions } from "../../../db/queries/attempts.ts";
import { eachRun } from "../../../db/queries/runs.ts";
import { pickEvenly } from "../../../math/statistics/spaced.ts";
import type { Reader } from "../../access/reader.ts";
import { AnswerAllowance } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { getExperiment } from "../experiments/getExperiment.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { neutralNames } from "../reading/neutralNames.ts";
import { readLayerProfile } from "../series/readLayerProfile.ts";
import { listClients, readReportSeries } from "./externalReport.ts";

export interface SupplementChoice {
  /** For blind review: as a link that hides names, and without the study's own name and tags, addresses, ids and times. */
  anonymous: boolean;
  withNote: boolean;
}

/** Everything that the report of a study is made of, as far as its reader may see it. @throws Failure NOT_FOUND */
export async function gatherSupplement(
  context: ServiceContext,
  reader: Reader,
  id: string,
  { anonymous, withNote }: SupplementChoice,
): Promise<AnySupplement> {
  const { orm } = context.database;
  const seen: Reader = anonymous ? { ...reader, hideNames: true, readOnly: true } : { ...reader, readOnly: true };
  const detail = await getExperiment(context, seen, id);
  const allowance = new AnswerAllowance();
  const views = await readLayerProfile(context, seen, { id, metric: "nc1.ratio", split: "train" }, allowance);
  const hides = seen.hideNames;
  const ids = new Map(detail.runs.map((run) => [run.id, anonymous ? `run-${run.ordinal + 1}` : run.id]));
  const renamed = (runId: string) => ids.get(runId) ?? "";
  const shared = {
    profiles: views.map((view) => ({ ...thinProfile(view), runId: renamed(view.runId) })),
    madeAt: anonymous ? "" : new Date().toISOString(),
    anonymous,
    withNote,
  };
  if (isExternal(detail)) {
    const series = await readReportSeries(context, seen, detail, id);
    return {
      ...shared,
      detail: thinDetail(detail, anonymous, renamed),
      series: series.map((view) => ({ ...view, runId: renamed(view.runId) })),
      clients: listClients(detail, context.version),
    };
  }
  const config = experimentConfig.safeParse(detail.config).data;
  const stated = config && stateDefinitions(config);
  return {
    ...shared,
    detail: thinDetail(detail, anonymous, renamed),
    rerun: stated ? { yaml: stringify(stated), json: JSON.stringify(stated, null, 2) } : null,
    data: await listData(context, hides, detail, id),
    computed: hides ? [] : await listVersions(orm, id),
  };
}

/** What a study is called where its name would tell whose it is. */
const unnamed = "Study";

function thinDetail<Detail extends AnyExperimentDetail>(
  detail: Detail,
  anonymous: boolean,
  renamed: (runId: string) => string,
): Detail {
  const { provenance: _, ...rest } = detail;
  return {
    ...rest,
    ...(anonymous && { id: "", name: unnamed, tags: [], launchedBy: null, createdAt: "", updatedAt: "" }),
    nc1: null,
    runs: detail.runs.map(({ pack: _pack, ...run }) => ({
      ...run,
      ...(anonymous && { experimentId: "", startedAt: null, endedAt: null }),
      ...("external" in run && { external: { ...run.external, heardAt: null } }),
      id: renamed(run.id),
      workerName: null,
      waitsFor: null,
      last: thinValues(run),
    })),
    // Whichever kind it is, it stays of that kind.
  } as unknown as Detail;
}

/** Values of the layers before the last one are drawn only in the layer profile. */
function thinValues({ last, config }: Pick<AnyRunRow, "last" | "config">): Record<string, number> {
  const layers = isExternalConfig(config) ? (config.layers?.length ?? 0) : layersOf(config);
  return Object.fromEntries(
    Object.entries(last).map(([key, value]) => {
      const layer = parseSeriesKey(key)?.layer ?? null;
      return [key, layer === null || layer === layers ? value : rounded(value)];
    }),
  );
}

function thinProfile({ runId, steps, layers }: LayerProfileView): LayerProfileView {
  const kept = pickEvenly(
    steps.map((_, at) => at),
    profileSteps,
  );
  return {
    runId,
    steps: kept.map((at) => steps[at]!),
    layers: kept.map((at) => layers[at]!.map((value) => (value === null ? null : rounded(value)))),
  };
}

const rounded = (value: number) => Number(value.toPrecision(roundedDigits));

/** The data of the runs that have begun, each set once. */
async function listData(
  context: ServiceContext,
  hides: boolean,
  { config }: ExperimentDetail,
  id: string,
): Promise<Supplement["data"]> {
  const names = neutralNames(config);
  const known = new Map<string, Supplement["data"][number]>();
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  for await (const stored of eachRun(context.database.orm, id)) {
    if (isExternal(stored)) continue;
    const { dataset, config: ofRun } = hides ? hideNamesInRun(stored, names) : stored;
    if (dataset === null) continue;
    const { hash: sha256, classes, trainCounts, testCounts } = dataset;
    const label = datasetLabel(ofRun.dataset);
    known.set(`${label} ${sha256}`, { label, sha256, classes, trainSamples: sum(trainCounts), testSamples: sum(testCounts) });
  }
  return [...known.values()];
}
