/** A word: letters, digits and marks, with apostrophes inside it; or one sign of punctuation or one symbol. */
const token = /[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*|[\p{P}\p{S}]/gu;

/**
 * The first `limit` words of a text, in lower case and Unicode's composed form (NFC), ’ read as '. Each sign of punctuation
 * is a word of its own; spaces and control characters only part words.
 */
export function tokenize(text: string, limit: number): string[] {
  const words: string[] = [];
  if (limit < 1) return words;
  for (const [word] of text.normalize("NFC").toLowerCase().replaceAll("’", "'").matchAll(token)) {
    words.push(word);
    if (words.length === limit) break;
  }
  return words;
}

/** Words that stand for no text, by their numbers. */
export const specialWords = ["<pad>", "<unk>", "<cls>"] as const;
export const [padNumber, unknownNumber, clsNumber] = [0, 1, 2];

/**
 * The most frequent words of some texts, after the special ones: by count, equal counts in the order of their UTF-16 codes.
 * Only the first `limit` words of a text count: the others never reach the network.
 * @param size words known, the special ones included
 * @returns the number of each word
 */
export function makeVocabulary(texts: Iterable<string>, limit: number, size: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of tokenize(text, limit)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, size - specialWords.length);
  return new Map([...specialWords, ...ranked.map(([word]) => word)].map((word, number) => [word, number]));
}

/**
 * Writes a text as word numbers: `<pad>` on the left, the text's first maxLength − 1 words, `<cls>` last, where a causal
 * network has seen the whole text.
 * @param row [maxLength] @returns how many of its words were unknown, and how many there were
 */
export function encode(
  text: string,
  vocabulary: ReadonlyMap<string, number>,
  row: Float32Array,
): { unknown: number; words: number } {
  const words = tokenize(text, row.length - 1);
  const start = row.length - 1 - words.length;
  let unknown = 0;
  row.fill(padNumber, 0, start);
  words.forEach((word, at) => {
    const number = vocabulary.get(word);
    if (number === undefined) unknown++;
    row[start + at] = number ?? unknownNumber;
  });
  row[row.length - 1] = clsNumber;
  return { unknown, words: words.length };
}
