import { formatMeasure, formatPercent } from "../../../text/formatNumber.ts";
import type { Certificate, CertifiedDepth } from "./certificate.ts";

export const certificateHint = "J − L*: how much lower a network of any depth could be, at most.";

/** What the numbers of a line say, for somebody who has not read the paper. */
export function certificateText(certificate: Certificate): string {
  const { depths, comparesDepths } = certificate;
  const best = depths.reduce((a, b) => (b.above < a.above ? b : a));
  const reach = `At depth ${best.depth} the objective J is ${formatMeasure(best.above)} above L*, ${formatPercent(best.relative)} of L*.`;
  const bound =
    "No network of this width, however deep, can be lower than L*: so this is the most that any depth could still gain.";
  const sentences = [reach, bound, startText(certificate)];
  if (comparesDepths) sentences.push(monotoneText(certificate));
  return sentences.join(" ");
}

const isGrown = ({ depths }: Certificate): boolean => depths.some(({ start }) => start === "grown");

const startText = (certificate: Certificate): string =>
  isGrown(certificate)
    ? "Each run grew from the next shallower one and was kept no worse."
    : "All runs began from random weights.";

function monotoneText(certificate: Certificate): string {
  const { seeds, of, rise } = certificate.monotone;
  if (of === 0) return "Whether J falls with depth shows once two depths of a seed have finished.";
  if (rise === null) {
    const why = isGrown(certificate) ? ", as growing makes sure" : ", as the theory says of the best networks";
    return `J falls or stays with each depth, in ${of === 1 ? "the seed that has" : `all ${of} seeds that have`} finished${why}.`;
  }
  return `J rises from depth ${rise.from} to ${rise.to} in seed ${rise.seed}, and in ${of - seeds} of ${of} seeds somewhere: at least there training stopped short of the best network.`;
}

/** Of the best run of a depth. */
export function stationaryText({ stationary, gradientNorm }: CertifiedDepth): string {
  if (stationary === null) return "not looked at: the runs were not polished";
  const size = `‖∇J‖ = ${formatMeasure(gradientNorm)}`;
  return stationary ? `stationary, ${size}` : `not stationary, ${size}`;
}
