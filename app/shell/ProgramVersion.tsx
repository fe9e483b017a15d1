"use client";
import Link from "next/link";
import type { Durability } from "../../contract/wire/views.ts";
import { apiPage } from "../links.ts";
import { Tooltip } from "../ui/Tooltip.tsx";
import { useProgram } from "./useProgram.ts";

const durabilities: Record<Durability, [text: string, explanation: string]> = {
  unforced: [
    "embedded database, not protected against power cuts",
    "It does not force its writes to the disk: what was stored survives a killed program, but the last moments before a power cut may be lost. COLLAPSAR_DURABLE=1 forces each write; an external Postgres (DATABASE_URL) does so too.",
  ],
  forced: [
    "embedded database, writes forced to disk",
    "Each write reaches the disk before it is acknowledged: it survives a power cut.",
  ],
  external: ["external Postgres", "The server's operator has chosen how safe it is (DATABASE_URL)."],
};

/** Which program a page comes from, and how durable its storage is: what readers cite along with its numbers. */
export function ProgramVersion() {
  const { data } = useProgram();
  return (
    <footer className="mt-10 flex flex-wrap gap-x-1.5 text-ink-faint text-xs" data-testid="program-version">
      <span>Collapsar{data && ` ${data.version}`}</span>
      {data && (
        <Tooltip text={durabilities[data.durability][1]}>
          <span data-testid="durability">
            <span className="max-sm:hidden">· </span>
            {durabilities[data.durability][0]}
          </span>
        </Tooltip>
      )}
      <Link href={apiPage} className="hover:text-ink">
        · API
      </Link>
    </footer>
  );
}
