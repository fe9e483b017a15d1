import { isUtf8 } from "node:buffer";

const table = "as tab-separated text in UTF-8";

/** First bytes of files that are not text, as Latin-1. */
const formats: [start: string, what: string][] = [
  ["\x1f\x8b", "a gzip file within a gzip file: unpack it once"],
  ["\xd0\xcf\x11\xe0", `an old Office file (.xls or .doc): save it ${table}`],
  ["BZh", "a bzip2 file: unpack it (bunzip2)"],
  ["\xfd7zXZ", "an xz file: unpack it (unxz)"],
  ["\x28\xb5\x2f\xfd", "a Zstandard file: unpack it (unzstd)"],
  ["7z\xbc\xaf", "a 7-Zip archive: unpack it"],
  ["Rar!", "a RAR archive: unpack it"],
  ["PAR1", `a Parquet file: export it ${table}`],
  ["ARROW1", `an Arrow file: export it ${table}`],
  ["\xff\xff\xff\xff", `an Arrow stream, or other binary data: export it ${table}`],
  ["SQLite format 3", `an SQLite database: export a table ${table}`],
  ["\x89HDF", `an HDF5 file: export it ${table}`],
  ["\x93NUMPY", `a NumPy array: export it ${table}`],
  ["%PDF", "a PDF document"],
  ["\x89PNG", "a picture"],
  ["\xff\xd8\xff", "a picture"],
  ["GIF8", "a picture"],
];

function binaryFormat(head: string): string | null {
  if (head.startsWith("PK\x03\x04")) {
    if (head.includes("xl/")) return `an Excel workbook (.xlsx): save it ${table}`;
    return head.includes("word/") ? "a Word document (.docx): save it as plain text in UTF-8" : "a zip archive: unpack it";
  }
  if (head.startsWith("ustar", 257)) return "a tar archive: unpack it";
  if (head.startsWith("\x80") && head.charCodeAt(1) >= 2 && head.charCodeAt(1) <= 5) return `a Python pickle: export it ${table}`;
  return formats.find(([start]) => head.startsWith(start))?.[1] ?? null;
}

/** Identifies bytes that are not UTF-8 text. */
interface OtherBytes {
  /** Whether the whole file is something else, or text some of whose bytes are not UTF-8. */
  of: "file" | "text";
  /** By name, with the way out, as the rest of a sentence that ends in "is". */
  is: string;
}

/** @returns null for UTF-8, with or without a byte order mark. Encodings without a mark are guessed, and reported as guesses. */
export function otherThanUtf8(bytes: Uint8Array): OtherBytes | null {
  const head = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  const marked = byMark(head);
  if (marked) return convertible("file", marked, "");
  if (head.includes("\x1b$@") || head.includes("\x1b$B")) return convertible("file", "ISO-2022-JP", "");
  if (isUtf8(bytes) && !bytes.includes(0)) return null;
  const format = binaryFormat(head);
  if (format) return { of: "file", is: format };
  const wide = withoutMark(bytes);
  if (wide) return convertible("file", wide, " without a byte order mark");
  if (isUtf8(bytes)) return null;
  const name = guess(bytes);
  return name
    ? convertible("text", name, " by the looks of it")
    : { of: "text", is: "binary, or text in an encoding that cannot be determined" };
}

const convertible = (of: OtherBytes["of"], name: string, how: string): OtherBytes => ({
  of,
  is: `${name.replace("WINDOWS-1252", "Latin-1 (Windows-1252)")}${how}: convert it, e.g. by "iconv -f ${name} -t UTF-8"`,
});

function byMark(head: string): string | null {
  if (head.startsWith("\xff\xfe\0\0")) return "UTF-32LE";
  if (head.startsWith("\0\0\xfe\xff")) return "UTF-32BE";
  if (head.startsWith("\xff\xfe")) return "UTF-16LE";
  if (head.startsWith("\xfe\xff")) return "UTF-16BE";
  return null;
}

const isPlain = (text: string) => !/[^\P{Cc}\t\r\n]|\p{Cn}|\p{Co}/u.test(text.replace(/^\ufeff/, ""));

/** UTF-16 and UTF-32 have zeros in their line ends and tabs at the least, which text in UTF-8 never has. */
function withoutMark(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, Math.min(bytes.length - (bytes.length % 4 > 1 ? 2 : 0), 65_536));
  if (!sample.includes(0)) return null;
  const zeros = [0, 0, 0, 0];
  for (const [i, byte] of sample.entries()) if (byte === 0) zeros[i % 4]++;
  const share = zeros.map((n) => (4 * n) / sample.length);
  if (share[2] > 0.9 && share[3] > 0.9 && share[0] < 0.5) return "UTF-32LE";
  if (share[0] > 0.9 && share[1] > 0.9 && share[3] < 0.5) return "UTF-32BE";
  const whole = sample.subarray(0, sample.length - (sample.length % 2));
  const [little, big] = (["utf-16le", "utf-16be"] as const).map((name) => decoded(whole, name));
  const fits = (text: string | null) => text !== null && isPlain(text) && /[\t\n]/.test(text);
  if (fits(little)) return "UTF-16LE";
  return fits(big) ? "UTF-16BE" : null;
}

function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const han = "的一是不了在人有我他中大上出到和你地道也得那要下以生自着之去家可她里小好很看都电影這個们來說們會時這对学";
/** Encodings by their names for iconv, and the characters that text in them has many of. */
const candidates: [name: string, common: RegExp][] = [
  ["SHIFT_JIS", /[\u3041-\u30fc]/g],
  ["EUC-JP", /[\u3041-\u30fc]/g],
  ["EUC-KR", /[이다는을가에고하지의도은한로기사서나어리자시대아해정일그인정말보음영화]/g],
  ["GB18030", new RegExp(`[${han}]`, "g")],
  ["BIG5", new RegExp(`[${han}]`, "g")],
  ["WINDOWS-1251", /[оеаинтсрвлкмдп]/g],
  ["KOI8-R", /[оеаинтсрвлкмдп]/g],
];
const singleByte = ["WINDOWS-1251", "KOI8-R"];

/** The most likely encoding of text that is not UTF-8; null if it is not text. */
function guess(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, 200_000);
  const last = sample.lastIndexOf(10);
  const part = last > 0 ? sample.subarray(0, last) : sample;
  const count = (is: (byte: number) => boolean) => part.reduce((n, byte) => n + (is(byte) ? 1 : 0), 0);
  if (count((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) > part.length / 1000) return null;
  const high = count((byte) => byte >= 0x80) / part.length;
  // Latin-1's letters stand alone within words: where many bytes are high it is something else.
  const sparse = high < 0.3;
  const possible = sparse ? candidates.filter(([name]) => !singleByte.includes(name)) : candidates;
  const scores = possible.map(([name, common]): [number, string] => {
    const text = decoded(part, name);
    if (text === null) return [0, name];
    const beyond = text.match(/\P{ASCII}/gu)?.length ?? 0;
    return [(text.match(common)?.length ?? 0) / Math.max(beyond, 1), name];
  });
  const [score, best] = scores.reduce((a, b) => (b[0] > a[0] ? b : a));
  if (score > (sparse ? 0.5 : 0.12)) return best;
  return sparse ? "WINDOWS-1252" : null;
}
