import { Failure } from "../../contract/failure.ts";

const minKeyLength = 22;
/** Different characters in a key. */
const minDistinctLetters = 8;

const hintOf = (name: string) => `For example: export ${name}=$(openssl rand -base64 24)`;
export const keyHint = hintOf("COLLAPSAR_ACCESS_KEY");

export const needsKey = (singleUser: boolean) =>
  `${singleUser ? "leave COLLAPSAR_SINGLE_USER out, and " : ""}set COLLAPSAR_ACCESS_KEY to a secret of at least ${minKeyLength} characters. ${keyHint}`;

/**
 * A repeated or counted-up key is as long as a random one, and is the first that an attacker tries.
 * @throws Failure INVALID
 */
export function requireStrong(name: string, key: string): void {
  if (key.length < minKeyLength)
    throw new Failure("INVALID", `${name} has ${key.length} characters: it needs at least ${minKeyLength}. ${hintOf(name)}`);
  const fresh = new Set<string>();
  for (let i = 2; i < key.length; i++) fresh.add(key.slice(i - 2, i + 1).toLowerCase());
  const steps = [...key].slice(1).filter((letter, i) => Math.abs(letter.codePointAt(0)! - key.charCodeAt(i)) <= 1).length;
  if (new Set(key).size < minDistinctLetters || fresh.size < key.length / 2 || steps > key.length / 2)
    throw new Failure(
      "INVALID",
      `${name} repeats itself or counts up, which is easily guessed: it needs ${minKeyLength} characters chosen at random. ${hintOf(name)}`,
    );
}

export function metricsToken(text: string | null): string | null {
  if (text !== null && (text.length < minKeyLength || /\s/.test(text)))
    throw new Failure(
      "INVALID",
      `COLLAPSAR_METRICS_TOKEN has ${text.length} characters: it needs at least ${minKeyLength}, none of them a space. ${hintOf("COLLAPSAR_METRICS_TOKEN")}`,
    );
  return text;
}
