import { isFeatureFile } from "../../../imports/features/readFile.ts";
import { roleOf } from "../../../imports/features/roleOf.ts";
import { carryOutFeatures } from "../features/carryOutFeatures.ts";
import { planFeatures } from "../features/planFeatures.ts";
import type { ImportKind } from "../importKind.ts";
import { endingOf, headOf, type UploadedFile } from "../uploadedFile.ts";

/** Features with their labels, which are measured here. */
export const featuresKind: ImportKind = {
  kind: "features",
  title: "features with labels (.npy, .npz, .safetensors, .pt, .pth, .csv)",

  async detect(files) {
    if (!files.every(({ name }) => isFeatureFile(name))) return "no";
    const tables = files.filter(({ name }) => endingOf(name) === "csv");
    if (tables.length < files.length) return "sure";
    const [first] = tables as [UploadedFile];
    return looksLikeFeatures((await headOf(first, 65_536)).toString("utf8")) ? "sure" : "possible";
  },

  plan: planFeatures,
  carryOut: carryOutFeatures,
};

/** A first line with one label among many other columns, none of which is a step, a run or a loss. */
function looksLikeFeatures(head: string): boolean {
  const columns = (head.split("\n")[0] ?? "").split(/[,;\t]/).map((name) => name.trim().replace(/^"|"$/g, ""));
  return (
    columns.length > 2 &&
    columns.filter((name) => roleOf(name) === "labels").length === 1 &&
    !columns.some((name) => /^(global_)?(step|epoch|iter|run|name|id|loss|accuracy|config_.*)$/i.test(name))
  );
}
