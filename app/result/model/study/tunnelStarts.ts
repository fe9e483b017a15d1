import type { LayerMetric } from "../../../../contract/metrics/metricInfo.ts";
import { effectiveDepth } from "../../../../math/collapse/effectiveDepth.ts";
import { shortNumber } from "../../../text/shortNumber.ts";
import type { LayerProfile } from "../runs/layerProfiles.ts";

/** Whose profile says where the network could end: the linear probe and the nearest class centres. */
export const isAccuracy = (metric: LayerMetric): boolean => metric === "probe" || metric === "ncc";

/** τ to begin with: two percentage points of accuracy. */
export const tunnelTau = 0.02;

interface TunnelStart {
  profile: LayerProfile;
  /** From 1. */
  layer: number;
}

/** The first layer of each profile within τ of its last one; profiles whose last layer has no value have none. */
export const tunnelStarts = (profiles: readonly LayerProfile[], tau: number): TunnelStart[] =>
  profiles.flatMap((profile) => (profile.ys.at(-1) == null ? [] : [{ profile, layer: effectiveDepth(profile.ys, tau) }]));

const most = 8;

/** "Diamonds: the tunnel begins (first layer within τ = 0.02 of the last): L = 8: 3 of 8, …"; null of other metrics. */
export function tunnelText(
  metric: LayerMetric,
  starts: readonly TunnelStart[],
  tau: number,
  labelOf: (profile: LayerProfile) => string,
): string | null {
  if (!isAccuracy(metric) || starts.length === 0) return null;
  const what = metric === "probe" ? "the tunnel begins" : "the effective depth";
  const named = starts.slice(0, most).map(({ profile, layer }) => {
    const place = `layer ${layer} of ${profile.xs.length}`;
    return starts.length === 1 ? place : `${labelOf(profile)}: ${place}`;
  });
  const more = starts.length > most ? `; and ${starts.length - most} more` : "";
  return `diamonds: ${what}, at the first layer within τ = ${shortNumber(tau)} of the last one's accuracy (${named.join("; ")}${more})`;
}
