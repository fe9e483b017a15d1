import { externalKey } from "../../../contract/external/externalConfig.ts";
import { externalLimits } from "../../../contract/external/externalLimits.ts";

/** What the name of a file or an array says beside what it is. */
export interface NameParts {
  step: number | null;
  split: "train" | "test" | null;
  /** Of its run: `depth=18`, `seed_0`. */
  values: Record<string, number | string>;
  /** What is left: the array's own name. */
  rest: string;
}

/** The best first: where a name has both an epoch and a step, the step counts. */
const stepWords = [
  /(?<![a-z])(?:global[ _-]?)?steps?[ _=.-]?(\d{1,10})(?!\d)/i,
  /(?<![a-z])iter(?:ations?)?[ _=.-]?(\d{1,10})(?!\d)/i,
  /(?<![a-z])ep(?:ochs?)?[ _=.-]?(\d{1,10})(?!\d)/i,
];
const splitWord = /(?<![a-z])(train(?:ing)?|trn|test(?:ing)?|tst|val(?:id(?:ation)?)?|eval)(?:[ _-]?set)?(?![a-z])/i;
/** `Xtrain`, `ytest`. */
const joined = /^([hxyz])(train|test|val)$/i;
const pair = /(?<![a-z0-9])([a-z][a-z0-9_.]{0,60}?)=([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![a-z0-9])|[a-z0-9.]+)/gi;
const numbered = /(?<![a-z])(seed|run|depth|width|fold|trial)[ _-]?(\d{1,9})(?!\d)/gi;

/**
 * @param ofRun whether it may say which run it belongs to: of files, not of arrays
 */
export function partsOfName(name: string, ofRun: boolean): NameParts {
  let rest = name.slice(0, 500);
  let step: number | null = null;
  for (const word of stepWords) {
    const found = word.exec(rest);
    if (!found) continue;
    const value = Number(found[1]);
    if (step === null && value <= externalLimits.step) step = value;
    rest = rest.replace(found[0], " ");
  }
  const values: NameParts["values"] = {};
  if (ofRun) {
    rest = rest.replace(pair, (whole: string, key: string, value: string) => {
      const kept = externalKey(key);
      if (kept === null) return whole;
      values[kept] = Number.isFinite(Number(value)) ? Number(value) : value;
      return " ";
    });
    rest = rest.replace(numbered, (_, key: string, value: string) => {
      values[key.toLowerCase()] = Number(value);
      return " ";
    });
  }
  const split = splitWord.exec(rest);
  if (split) rest = rest.replace(split[0], " ");
  const both = joined.exec(rest.replace(/[\W_]+/g, ""));
  if (both) rest = both[1]!;
  const found = (split?.[1] ?? both?.[2])?.toLowerCase();
  return {
    step,
    split: found === undefined ? null : /^tr/.test(found) ? "train" : "test",
    values,
    rest: rest.replace(/[ _=.-]*\s[ _=.-]*/g, " ").replace(/^[ _=.-]+|[ _=.-]+$/g, ""),
  };
}
