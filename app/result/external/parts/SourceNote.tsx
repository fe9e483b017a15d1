"use client";
import type { ExternalFacts } from "../../../../contract/external/externalFacts.ts";
import { keptTogether } from "../../../text/keptTogether.ts";
import { sourceTexts } from "./sourceTexts.ts";

/** Who said what these runs are, and what nobody said. */
export function SourceNote({ facts }: { facts: readonly ExternalFacts[] }) {
  const sources = [...new Set(facts.map(({ source }) => sourceTexts[source]))];
  const clients = [
    ...new Set(facts.flatMap(({ client }) => (client.name === "" ? [] : `${client.name} ${client.version}`.trim()))),
  ];
  const unknown = [...new Set(facts.flatMap((one) => one.unknown))];
  const onePass = facts.some(({ passes }) => passes === 1);
  return (
    <p className="wrap-anywhere text-ink-soft text-xs" data-testid="source-note">
      Trained elsewhere, {sources.join(" and ") || "reported"}
      {clients.length > 0 && <> by {clients.slice(0, 4).map(keptTogether).join(", ")}</>}
      {clients.length > 4 && ` and ${clients.length - 4} more`}.{unknown.length > 0 && ` Not known here: ${unknown.join("; ")}.`}
      {onePass && " Measured in one pass: NC1 (pinv) is centred on means of an earlier measurement."}
    </p>
  );
}
