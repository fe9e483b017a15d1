/** A word: letters, digits and marks, with apostrophes inside it; or one sign of punctuation or one symbol. */
const token = /[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*|[\p{P}\p{S}]/gu;

/** Scripts that put no blanks between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{2}/u;

/** Whether a text has words that no blanks part. */
export const cutWords = (text: string): boolean => unspaced.test(text.normalize("NFC"));

/** Its dictionaries are those of Node's own ICU: the same on every machine with the same Node. */
const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/**
 * The first `limit` words of a text, in lower case and Unicode's composed form (NFC), ’ read as '. Each sign of punctuation
 * is a word of its own; spaces and control characters only part words.
 * @param cut part the words of scripts that put no blanks between them (Unicode's text segmentation, UAX #29, with a dictionary)
 */
export function tokenize(text: string, limit: number, cut = false): string[] {
  const words: string[] = [];
  if (limit < 1) return words;
  for (const [word] of text.normalize("NFC").toLowerCase().replaceAll("’", "'").matchAll(token)) {
    if (cut && unspaced.test(word)) for (const { segment } of segmenter.segment(word)) words.push(segment);
    else words.push(word);
    if (words.length >= limit) return words.slice(0, limit);
  }
  return words;
}

/** Words that stand for no text, by their numbers. */
export const specialWords = ["<pad>", "<unk>", "<cls>"] as const;
export const [padNumber, unknownNumber, clsNumber] = [0, 1, 2];

/**
 * The most frequent words of some texts, after the special ones: by count, equal counts in the order of their UTF-16 codes.
 * Only the first `limit` words of a text count: the others never reach the network.
 * @param size words known, the special ones included @param cut see tokenize
 * @returns the number of each word
 */
export function makeVocabulary(texts: Iterable<string>, limit: number, size: number, cut = false): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of tokenize(text, limit, cut)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, size - specialWords.length);
  return new Map([...specialWords, ...ranked.map(([word]) => word)].map((word, number) => [word, number]));
}

/**
 * Writes a text as word numbers: `<pad>` on the left, the text's first maxLength − 1 words, `<cls>` last, where a causal
 * network has seen the whole text.
 * @param row [maxLength] @param cut see tokenize @returns how many of its words were unknown, and how many there were
 */
export function encode(
  text: string,
  vocabulary: ReadonlyMap<string, number>,
  row: Float32Array,
  cut = false,
): { unknown: number; words: number } {
  const words = tokenize(text, row.length - 1, cut);
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
