import type { GeometrySnapshot } from "../../../contract/wire/runEvents.ts";
import { type GeometryPicture, turnedPicture } from "../../../math/collapse/geometryPicture.ts";
import { type Matrix, matrix } from "../../../math/linear/matrix.ts";

/** A snapshot of the geometry without samples, for these stay with the program. @param previous means of the one before [K·3] */
export function externalSnapshot(step: number, picture: GeometryPicture, previous: readonly number[] | null): GeometrySnapshot {
  const classes = picture.means.rows;
  const fits = previous !== null && previous.length === 3 * classes;
  const { means, ideal, explained, meansGram, headGram } = fits
    ? turnedPicture(picture, matrix(classes, 3, Float64Array.from(previous)))
    : picture;
  const decimals = decimalsOf(means);
  return {
    ...{ step, classes, means: rounded(means, decimals), ideal: ideal ? rounded(ideal, decimals) : [] },
    ...(picture.shown && { shown: [...picture.shown], of: picture.of }),
    ...{ samples: [], labels: [], explained },
    ...{ meansGram: rounded(meansGram, 4), headGram: headGram ? rounded(headGram, 4) : [] },
  };
}

/** Finer than any screen, whatever the scale of the features: four where the largest number is between 1 and 10. */
function decimalsOf({ data }: Matrix): number {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.min(300, 4 - Math.floor(Math.log10(largest)));
}

/** −0 becomes 0. */
const rounded = ({ data }: Matrix, decimals: number): number[] => {
  const unit = 10 ** decimals;
  return Array.from(data, (value) => Math.round(value * unit) / unit + 0);
};
