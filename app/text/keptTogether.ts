const noBreakSpace = "\u00a0";
const wordJoiner = "\u2060";

/** A text whose numbers are not broken over two lines: "−0.505 ± 0.064", "95 %", "N = 12", "−1/2…−1/4". */
export const keptTogether = (text: string): string =>
  text.replace(/(?<=[±=]) | (?=[±%=])/g, noBreakSpace).replace(/(?<=\d)…(?=[−\d])/g, `${wordJoiner}…${wordJoiner}`);
