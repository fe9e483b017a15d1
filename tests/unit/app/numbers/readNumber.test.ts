import { describe, expect, test } from "vitest";
import { readNumber, writeNumber } from "../../../../app/numbers/readNumber.ts";
import { readNumbers } from "../../../../app/numbers/readNumbers.ts";

const refused = "refused";
const reading = (text: string, locale: string) => {
  const read = readNumber(text, locale);
  return "problem" in read ? refused : read.value;
};

describe("a number is read as the person's language writes it, or refused, but never misread", () => {
  test.each<[text: string, en: unknown, de: unknown, fr: unknown, deCh: unknown, enIn: unknown, arEg: unknown]>([
    //  text         en        de        fr        de-CH     en-IN     ar-EG
    ["10,000", 10_000, refused, refused, 10_000, 10_000, refused],
    ["0,1", refused, 0.1, 0.1, refused, refused, 0.1],
    ["0,005", refused, 0.005, 0.005, refused, refused, 0.005],
    ["1,5", refused, 1.5, 1.5, refused, refused, 1.5],
    ["0.1", 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    ["1.500", 1.5, refused, 1.5, 1.5, 1.5, 1.5],
    ["1.5", 1.5, 1.5, 1.5, 1.5, 1.5, 1.5],
    ["1.000.000", refused, 1e6, refused, refused, refused, refused],
    ["1,000,000", 1e6, 1e6, 1e6, 1e6, 1e6, 1e6],
    ["1,00,000", refused, refused, refused, refused, 100_000, refused],
    ["1.234,5", 1234.5, 1234.5, 1234.5, 1234.5, 1234.5, 1234.5],
    ["1,234.5", 1234.5, 1234.5, 1234.5, 1234.5, 1234.5, 1234.5],
    ["1 000", 1_000, 1_000, 1_000, 1_000, 1_000, 1_000],
    ["1\u202f000", 1_000, 1_000, 1_000, 1_000, 1_000, 1_000],
    ["1\u00a0000,5", 1000.5, 1000.5, 1000.5, 1000.5, 1000.5, 1000.5],
    ["1’000", 1_000, 1_000, 1_000, 1_000, 1_000, 1_000],
    ["٣", 3, 3, 3, 3, 3, 3],
    ["٠٫٥", refused, 0.5, 0.5, refused, refused, 0.5],
    ["१२", 12, 12, 12, 12, 12, 12],
    ["１２", 12, 12, 12, 12, 12, 12],
  ])("%s", (text, en, de, fr, deCh, enIn, arEg) => {
    expect(["en", "de", "fr", "de-CH", "en-IN", "ar-EG"].map((locale) => reading(text, locale))).toEqual([
      en,
      de,
      fr,
      deCh,
      enIn,
      arEg,
    ]);
  });

  test.each([
    ["1e-3", 0.001],
    ["1E-3", 0.001],
    ["1e−3", 0.001],
    [" 5 ", 5],
    [".5", 0.5],
    ["5.", 5],
    ["+5", 5],
    ["−5", -5],
    ["0", 0],
    ["", null],
    ["  ", null],
  ])("%s is %s in every language", (text, value) => {
    for (const locale of ["en", "de", "fr", "de-CH", "en-IN", "ar-EG", "not a language"])
      expect(reading(text, locale)).toBe(value);
  });

  test.each([
    "½",
    "1/2",
    "1_000",
    "5 %",
    "0x10",
    "1e",
    "e5",
    "--5",
    "1.2.3",
    "1,2,3",
    "1,",
    "1 5",
    "Infinity",
    "NaN",
    "ten",
    "1e400",
    "1e-400",
    "9007199254740993",
    "𝟗",
    "0 000",
  ])("%s is refused", (text) => {
    for (const locale of ["en", "de", "fr"]) expect(reading(text, locale)).toBe(refused);
  });

  test.each([
    ["10,000", "de", "“10,000” is not clear: write 10000 or 10: it could be either."],
    ["1.500", "de", "“1.500” is not clear: write 1500 or 1.50: it could be either."],
    ["0,1", "en", "“0,1” is not clear: write 0.1, with a decimal point."],
    ["1_000", "en", "“1_000” is not clear: write the number without “_”, such as 1000."],
    ["½", "en", "“½” is not clear: write a fraction in decimals, such as 0.5."],
    ["5%", "en", "“5%” is not clear: write a share in decimals, such as 0.05 for 5 %."],
    ["1e400", "en", "“1e400” is too large: numbers here go up to about 1e308."],
  ])("the refusal of %s (%s) says how to write it", (text, locale, problem) => {
    expect(readNumber(text, locale)).toEqual({ problem });
  });

  test("what a field shows of a number is read back as that number in every language", () => {
    for (const value of [0, 1.125, 12.345, 0.005, 1e-7, 1e21, 1000, 1.5, -3.125, 123.456, 5e-324, 1.7976931348623157e308])
      for (const locale of ["en", "de", "fr", "de-CH", "en-IN", "ar-EG", "pt-BR"])
        expect([value, locale, reading(writeNumber(value), locale)]).toEqual([value, locale, value]);
  });
});

describe("a list of numbers", () => {
  const whole = (most: number) => (value: number) => Number.isInteger(value) && value >= 0 && value <= most;
  const share = (value: number) => value >= 0 && value <= 1;
  const read = (text: string, isValid: (value: number) => boolean, locale = "en") =>
    readNumbers(text, { atMost: 64, isValid, locale });

  test.each([
    ["2,3,5,8", [2, 3, 5, 8]],
    ["0-4", [0, 1, 2, 3, 4]],
    ["0..3, 7", [0, 1, 2, 3, 7]],
    ["8 2;5", [2, 5, 8]],
    ["4-2", [2, 3, 4]],
    ["3,3,3", [3]],
    ["16,32", [16, 32]],
    ["16,128", [16, 128]],
    ["64,128,256", [64, 128, 256]],
    ["", []],
  ])("%s", (text, values) => {
    for (const locale of ["en", "de", "fr"]) expect(read(text, whole(1024), locale)).toEqual({ values, rest: "", problem: null });
  });

  test.each([
    ["0.1,0.2", [0.1, 0.2]],
    ["0.1, 0.2", [0.1, 0.2]],
    ["0,0.1,0.2", [0, 0.1, 0.2]],
    ["1e-3 0.5", [0.001, 0.5]],
  ])("of decimals: %s", (text, values) => {
    for (const locale of ["en", "de"]) expect(read(text, share, locale)).toEqual({ values, rest: "", problem: null });
  });

  test("a comma that may part decimals or numbers is asked for again, in every language", () => {
    for (const locale of ["en", "de", "fr"]) {
      expect(read("0,1", share, locale)).toEqual({
        values: [],
        rest: "0,1",
        problem: "“0,1” is not clear: write “0; 1” for 2 numbers, or “0.1” for one.",
      });
      expect(read("0,1, 0,2", share, locale).values).not.toContain(0);
      expect(read("0,1, 0,2", share, locale).rest).toContain("0,1");
    }
  });

  test("between semicolons a comma parts decimals, where the language has it so", () => {
    expect(read("0,1; 0,2", share, "de")).toEqual({ values: [0.1, 0.2], rest: "", problem: null });
    expect(read("0,1; 0,2", share, "en")).toMatchObject({ values: [], rest: "0,1; 0,2" });
  });

  test("thousands are one number, and never a 0 that nobody wrote", () => {
    const seeds = whole(2 ** 31 - 1);
    expect(read("10,000", seeds, "en").values).toEqual([10_000]);
    expect(read("10 000", seeds, "en").values).toEqual([10_000]);
    expect(read("10 000", seeds, "fr").values).toEqual([10_000]);
    expect(read("10,000", seeds, "de")).toMatchObject({ values: [], rest: "10,000" });
    expect(read("10,000", whole(1024), "en").values).toEqual([10_000]); // the field then says that it is not valid
    expect(read("1 000 2", seeds, "en")).toMatchObject({ values: [], rest: "1 000 2" });
    expect(read("007", seeds, "en")).toMatchObject({ values: [], rest: "007" });
  });

  test("several numbers that are one number as well are asked for again", () => {
    expect(read("16,128", whole(2 ** 31 - 1), "en")).toMatchObject({
      values: [],
      problem: "“16,128” is not clear: write “16; 128” for 2 numbers, or “16128” for one.",
    });
    expect(read("100 200", whole(2 ** 31 - 1), "fr")).toMatchObject({
      values: [],
      problem: "“100 200” is not clear: write “100; 200” for 2 numbers, or “100200” for one.",
    });
    expect(read("100 200", whole(2 ** 31 - 1), "en").values).toEqual([100, 200]);
  });

  test("leaves what it cannot read in the field and says so", () => {
    const parsed = read("2, x, 5", whole(64));
    expect(parsed.values).toEqual([2, 5]);
    expect(parsed.rest).toBe("x");
    expect(parsed.problem).toBe("“x” is not clear: write it as 0.005, 1000 or 1e-3.");
  });

  test("refuses a range of more values than fit before making them", () => {
    const parsed = read("0-999999999", whole(64));
    expect(parsed.values).toEqual([]);
    expect(parsed.rest).toBe("0-999999999");
    expect(parsed.problem).toContain("1,000,000,000 values; at most 64");
  });
});
