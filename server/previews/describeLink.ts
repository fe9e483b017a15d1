import type { IncomingMessage } from "node:http";
import { datasetLabel } from "../../contract/data/datasetConfig.ts";
import { type AnyExperimentConfig, isExternalConfig } from "../../contract/external/externalConfig.ts";
import { linkPreviewHeader, writeLinkPreview } from "../../contract/wire/linkPreview.ts";
import { getExperimentRow } from "../../db/queries/experiments.ts";
import { findOpenShare } from "../access/credentials.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { hideOwnSets, neutralNamesOf } from "../services/reading/neutralNames.ts";

/** What turns the direction of the text around it, or cannot be seen. */
const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const longestTitle = 200;

/**
 * Tells the pages what a link's head says of its study, for previews of the link: nothing unless it is a link that opens one.
 * @param path of the page that is asked for
 */
export async function describeLink(context: ServiceContext, path: string, request: IncomingMessage): Promise<void> {
  delete request.headers[linkPreviewHeader];
  const [, token] = /^\/s\/([^/]{1,300})(?:\/|$)/.exec(path) ?? [];
  if (token === undefined) return;
  const { orm } = context.database;
  const share = await findOpenShare(orm, decodeURIComponent(token).slice(0, 200));
  const experiment = share && (await getExperimentRow(orm, share.experimentId));
  if (!experiment) return;
  const config = share.hideNames ? hideOwnSets(experiment.config, await neutralNamesOf(orm, experiment)) : experiment.config;
  const url = `${context.publicUrl}/s/${encodeURIComponent(decodeURIComponent(token))}`;
  // Whoever keeps pictures by their address gets a new one when the study has changed.
  const version = experiment.updatedAt.getTime().toString(36);
  request.headers[linkPreviewHeader] = writeLinkPreview({
    title: Array.from(experiment.name.toWellFormed().replace(directions, "")).slice(0, longestTitle).join(""),
    description: [runsText(experiment.counts), ...factsOf(config)].join(" · "),
    url,
    image: `${url}/preview.png?v=${version}`,
  });
}

/** Of what the runs are. */
function factsOf(config: AnyExperimentConfig): string[] {
  if (isExternalConfig(config)) return [];
  const datasets = [...new Set(config.datasets.map(datasetLabel))];
  return [`depth ${config.depths.join(", ")}`, datasets.slice(0, 3).join(", ")];
}

function runsText(counts: Record<string, number>): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const finished = counts.finished ?? 0;
  const runs = `${all} ${all === 1 ? "run" : "runs"} of neural collapse`;
  return finished === all ? `${runs}, finished` : `${runs}, ${finished} finished`;
}
