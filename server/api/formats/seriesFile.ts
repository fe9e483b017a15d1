import { type SeriesFormat, type SeriesQuery, seriesTypes } from "../../../contract/api/apiRequests.ts";
import { csvLine } from "../../../contract/csv.ts";
import type { OpenSeries } from "../../services/series/openSeries.ts";
import { Streamed } from "../defineRoute.ts";
import { Refusal } from "../refusal.ts";
import { numberText } from "./numberText.ts";
import { type Points, parquetPieces } from "./parquetPieces.ts";

type Pieces = (series: AsyncIterable<Points>) => AsyncIterable<string | Uint8Array>;

/** Points in one piece of text. */
const together = 1_000;

async function* jsonPieces(series: AsyncIterable<Points>): AsyncGenerator<string> {
  let separator = '{"series":[\n';
  for await (const { runId, key, steps, values } of series) {
    yield `${separator}{"runId":${JSON.stringify(runId)},"key":${JSON.stringify(key)},"steps":[${steps.join(",")}],"values":[${values.map(numberText).join(",")}]}`;
    separator = ",\n";
  }
  yield separator === ",\n" ? "\n]}\n" : `${separator}]}\n`;
}

/** Lines of text, one a point. */
const linePieces = (head: string, line: (point: { runId: string; key: string; step: number; value: string }) => string): Pieces =>
  async function* (series) {
    if (head !== "") yield head;
    for await (const { runId, key, steps, values } of series)
      for (let from = 0; from < steps.length; from += together) {
        let piece = "";
        for (let i = from; i < Math.min(steps.length, from + together); i++)
          piece += line({ runId, key, step: steps[i]!, value: numberText(values[i]!) });
        yield piece;
      }
  };

const forms: Record<SeriesFormat, { pieces: Pieces; type: string }> = {
  json: { pieces: jsonPieces, type: `${seriesTypes.json}; charset=utf-8` },
  ndjson: {
    pieces: linePieces(
      "",
      ({ runId, key, step, value }) =>
        `{"run":${JSON.stringify(runId)},"series":${JSON.stringify(key)},"step":${step},"value":${value}}\n`,
    ),
    type: `${seriesTypes.ndjson}; charset=utf-8`,
  },
  csv: {
    pieces: linePieces(`${csvLine(["run", "series", "step", "value"])}\r\n`, ({ runId, key, step, value }) =>
      [csvLine([runId, key]), step, `${value}\r\n`].join(","),
    ),
    type: `${seriesTypes.csv}; charset=utf-8`,
  },
  parquet: { pieces: parquetPieces, type: seriesTypes.parquet },
};

/** Names by which an Accept header asks for a form. */
const accepted: Record<string, SeriesFormat> = {
  ...Object.fromEntries(Object.entries(seriesTypes).map(([format, type]) => [type, format as SeriesFormat])),
  "application/jsonl": "ndjson",
  "application/ndjson": "ndjson",
  "application/parquet": "parquet",
  "application/x-parquet": "parquet",
  "application/*": "json",
  "text/*": "csv",
  "*/*": "json",
};

/** @throws Refusal 406 naming what there is */
export function chooseFormat(query: Pick<SeriesQuery, "format">, accept: string): SeriesFormat {
  if (query.format) return query.format;
  if (accept.trim() === "") return "json";
  const asked = accept
    .split(",")
    .slice(0, 50)
    .map((entry, at) => {
      const [type = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((part) => part.startsWith("q="))?.slice(2);
      return { type, at, q: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || a.at - b.at);
  for (const { type } of asked) if (Object.hasOwn(accepted, type)) return accepted[type]!;
  throw new Refusal(
    406,
    "NOT_ACCEPTABLE",
    `Series are given as ${Object.values(seriesTypes).join(", ")}: ask for one by Accept or ?format=.`,
  );
}

/** Series in the form that was asked for, sent while they are read. */
export function seriesFile({ title, series }: OpenSeries, query: Pick<SeriesQuery, "format">, accept: string): Streamed {
  const format = chooseFormat(query, accept);
  const { pieces, type } = forms[format];
  const name = format === "json" ? null : { base: `${title} series`, ending: format };
  return new Streamed(type, pieces(series), name, { vary: "accept" });
}
