import { cutWords, tokenize } from "./tokenize.ts";

/** What looks like a mistake in the texts of a table: those without a word, and those given twice with different labels. */
export function textWarnings(texts: readonly string[], labels: Uint16Array): string[] {
  const warnings: string[] = [];
  const wordless = texts.filter((text) => tokenize(text, 1).length === 0).length;
  if (wordless > 0) warnings.push(`${wordless} of ${texts.length} texts contain no word or symbol that can be read.`);
  const given = new Map<string, number>();
  let contrary = 0;
  texts.forEach((text, i) => {
    const before = given.get(text);
    if (before === undefined) given.set(text, labels[i]);
    else if (before !== labels[i]) contrary++;
  });
  if (contrary > 0) warnings.push(`${contrary} of ${texts.length} texts occur earlier with a different label.`);
  const cut = texts.filter((text) => cutWords(text)).length;
  if (cut > 0)
    warnings.push(
      `${cut} of ${texts.length} texts are written without spaces between words (Chinese, Japanese, Thai …): their words are found by the rules of Unicode and a dictionary (Intl.Segmenter).`,
    );
  return warnings;
}

/** Words of a part that were read, and the share that was not known, 0 to 1. */
interface ReadWords {
  unknown: number;
  words: number;
}

/** Warnings where half of the words or more are not among those known. */
export function unknownWarnings(train: ReadWords, test: ReadWords): string[] {
  const warning = ({ unknown, words }: ReadWords, of: string, way: string) =>
    unknown < 0.5
      ? []
      : [
          `${Math.floor(100 * unknown)} % of the ${words} words of the ${of} texts are unknown: the network reads them as one and the same word. ${way}`,
        ];
  return [
    ...warning(train, "training", "Choose a larger vocabulary."),
    ...warning(test, "test", "Are training and test texts of one language and kind?"),
  ];
}
