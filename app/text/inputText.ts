import type { ResolvedDataset } from "../../contract/data/resolvedDataset.ts";
import { formatCount } from "./formatNumber.ts";

/** How a sample is laid out in a row of inputs. */
export function inputText({ input, inputDimension }: Pick<ResolvedDataset, "input" | "inputDimension">): string {
  switch (input?.kind) {
    case "image":
      return `images, ${input.channels} × ${input.height} × ${input.width}`;
    case "text":
      return `text, ${formatCount(input.length)} words of ${formatCount(input.vocabulary)}`;
    case "tokens":
      return `${formatCount(input.length)} ${input.length === 1 ? "token" : "tokens"} of ${formatCount(input.vocabulary)}`;
    case "vector":
      return `vectors of dimension ${formatCount(inputDimension)}`;
    default:
      return `of dimension ${formatCount(inputDimension)}`;
  }
}
