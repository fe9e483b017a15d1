import { launchInput, newExperimentConfig } from "../../contract/config/experimentConfig.ts";
import {
  addDepthsRequest,
  addSeedsRequest,
  byId,
  experimentSeriesRequest,
  listExperimentsRequest,
  openRecordingRequest,
  profileRequest,
  updateExperimentRequest,
} from "../../contract/wire/requests.ts";
import { openRecording } from "../recordings/openRecording.ts";
import { cancelExperiment } from "../services/experiments/cancelExperiment.ts";
import { describeTurn } from "../services/experiments/describeTurn.ts";
import { estimateGrid } from "../services/experiments/estimateGrid.ts";
import { extendGrid } from "../services/experiments/extendGrid.ts";
import { getExperiment } from "../services/experiments/getExperiment.ts";
import { launchExperiment } from "../services/experiments/launchExperiment.ts";
import { listDataWarnings } from "../services/experiments/listDataWarnings.ts";
import { listExperiments } from "../services/experiments/listExperiments.ts";
import { removeExperiment } from "../services/experiments/removeExperiment.ts";
import { restoreExperiment } from "../services/experiments/restoreExperiment.ts";
import { runMissingCells } from "../services/experiments/runMissingCells.ts";
import { updateExperiment } from "../services/experiments/updateExperiment.ts";
import { pauseExperiment } from "../services/runs/pauseRuns.ts";
import { resumeExperiment } from "../services/runs/resumeRuns.ts";
import { readExperimentSeries } from "../services/series/readExperimentSeries.ts";
import { readLayerProfile } from "../services/series/readLayerProfile.ts";
import { editProcedure, launchProcedure, readProcedure, router, studyProcedure } from "./trpc.ts";

export const experimentsRouter = router({
  list: readProcedure.input(listExperimentsRequest).query(({ ctx, input }) => listExperiments(ctx.services, input)),
  get: studyProcedure.input(byId).query(({ ctx, input }) => getExperiment(ctx.services, ctx.reader, input.id)),
  turn: readProcedure.input(byId).query(({ ctx, input }) => describeTurn(ctx.services, input.id)),
  dataWarnings: studyProcedure.input(byId).query(({ ctx, input }) => listDataWarnings(ctx.services, ctx.reader, input.id)),
  estimate: launchProcedure.input(newExperimentConfig).query(({ ctx, input }) => estimateGrid(ctx.services, input)),
  launch: launchProcedure.input(launchInput).mutation(({ ctx, input }) => launchExperiment(ctx.services, ctx.person, input)),
  openRecording: launchProcedure
    .input(openRecordingRequest)
    .mutation(({ ctx, input }) => openRecording(ctx.services, input.preset)),
  addDepths: launchProcedure
    .input(addDepthsRequest)
    .mutation(({ ctx, input }) => extendGrid(ctx.services, input.id, { depths: input.depths })),
  addSeeds: launchProcedure
    .input(addSeedsRequest)
    .mutation(({ ctx, input }) => extendGrid(ctx.services, input.id, { seeds: input.seeds })),
  update: editProcedure.input(updateExperimentRequest).mutation(({ ctx, input }) => updateExperiment(ctx.services, input)),
  remove: editProcedure.input(byId).mutation(({ ctx, input }) => removeExperiment(ctx.services, input.id)),
  restore: editProcedure.input(byId).mutation(({ ctx, input }) => restoreExperiment(ctx.services, input.id)),
  pause: launchProcedure.input(byId).mutation(({ ctx, input }) => pauseExperiment(ctx.services, input.id)),
  resume: launchProcedure.input(byId).mutation(({ ctx, input }) => resumeExperiment(ctx.services, input.id)),
  cancel: launchProcedure.input(byId).mutation(({ ctx, input }) => cancelExperiment(ctx.services, input.id)),
  runMissing: launchProcedure.input(byId).mutation(({ ctx, input }) => runMissingCells(ctx.services, input.id)),
  series: studyProcedure
    .input(experimentSeriesRequest)
    .query(({ ctx, input }) => readExperimentSeries(ctx.services, ctx.reader, input, ctx.allowance)),
  profile: studyProcedure
    .input(profileRequest)
    .query(({ ctx, input }) => readLayerProfile(ctx.services, ctx.reader, input, ctx.allowance)),
});
