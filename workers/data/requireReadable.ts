import { Failure } from "../../contract/failure.ts";
import type { Dataset } from "./dataset.ts";

/** @throws Failure INVALID where a network that is trained on one set cannot read another one, with both shapes */
export function requireReadable(trained: Dataset, second: Dataset): void {
  const refuse = (text: string) => {
    throw new Failure("INVALID", text);
  };
  if (second.input.kind === "text" && second.vocabulary !== trained.vocabulary)
    refuse("The two sets use different vocabularies: the same number stands for different words.");
  if (JSON.stringify(trained.input) !== JSON.stringify(second.input))
    refuse(`The network reads ${shapeText(trained)}, the second data set has ${shapeText(second)}: choose sets of one shape.`);
}

function shapeText({ input }: Dataset): string {
  if (input.kind === "image") return `images of ${input.channels} × ${input.height} × ${input.width}`;
  if (input.kind === "tokens") return `${input.length} of ${input.vocabulary} tokens per sample`;
  return input.kind === "vector" ? `vectors of ${input.dimension} numbers` : `texts of ${input.length} words`;
}
