/** Every address of a page, and of a file to download. `share` is the token of the link through which a page is read; null: none. */

export const listPage = "/";
export const workersPage = "/workers";
export const slurmPage = "/workers/slurm";
export const kubernetesPage = "/workers/kubernetes";
export const theoryPage = "/theory";
export const peoplePage = "/people";
export const accessPage = "/access";
export const apiPage = "/api";
/** The OpenAPI document. */
export const apiDocument = "/api/v1/openapi.json";
export const newPage = "/new";
export const importPage = "/import";

/** The form of a new experiment, filled from a preset, or as another experiment or run was. */
export const newFromPreset = (presetId: string): string => `${newPage}?preset=${presetId}`;
export const newFromExperiment = (experimentId: string): string => `${newPage}?from=${experimentId}`;
export const newFromRun = (runId: string): string => `${newPage}?run=${runId}`;

export const sharedPage = (share: string) => `/s/${encodeURIComponent(share)}`;
/** What every metric is; of a shared study for who reads it without signing in. */
export const definitionsPage = (share: string | null = null): string =>
  share === null ? "/definitions" : `${sharedPage(share)}/definitions`;
/** The token in the address of a shared page. */
export const shareOfPage = (path: string): string | null => {
  const token = /^\/s\/([^/]+)/.exec(path)?.[1];
  return token === undefined ? null : decodeURIComponent(token);
};

/** One chart of a shared study, for a frame in another page. @param view parameters of the result page's address */
export function embedPage(share: string, panel: string, view: Iterable<[string, string]> = []): string {
  const parameters = new URLSearchParams([["panel", panel], ...view]);
  return `/embed/${encodeURIComponent(share)}?${parameters}`;
}
export const isEmbedPage = (path: string): boolean => path.startsWith("/embed/");

export const experimentPage = (experimentId: string, share: string | null = null): string =>
  share === null ? `/e/${experimentId}` : sharedPage(share);
export const runPage = (runId: string, share: string | null = null): string =>
  share === null ? `/r/${runId}` : `${sharedPage(share)}/r/${runId}`;

const withShare = (path: string, share: string | null) => (share === null ? path : `${path}?share=${encodeURIComponent(share)}`);

/** A study with one row per run, or as JSON with everything. */
export const experimentExport = (experimentId: string, share: string | null, ending: "csv" | "json"): string =>
  withShare(`/export/experiments/${experimentId}.${ending}`, share);
/** A study whole, as another Collapsar imports it. @param files kinds of files of its runs: "checkpoints,features" */
export function experimentArchive(experimentId: string, share: string | null, files = ""): string {
  const path = withShare(`/api/v1/experiments/${experimentId}/archive`, share);
  return files === "" ? path : `${path}${share === null ? "?" : "&"}files=${files}`;
}
/** A study as one HTML file for a paper's supplement. @param anonymous for blind review */
export function experimentReport(experimentId: string, share: string | null, anonymous: boolean): string {
  const path = withShare(`/api/v1/experiments/${experimentId}/report`, share);
  return anonymous ? `${path}${share === null ? "?" : "&"}anonymous=true` : path;
}
/** All points of a run, or as JSON with everything. */
export const runExport = (runId: string, share: string | null, ending: "csv" | "json"): string =>
  withShare(`/export/runs/${runId}.${ending}`, share);
/** A file that a run left. */
export const runFile = (runId: string, share: string | null, name: string): string =>
  withShare(`/export/runs/${runId}/${name}`, share);
