"use client";
import type { Provenance } from "../../../contract/wire/archiveFormat.ts";
import { countOf } from "../../text/formatNumber.ts";
import { formatFull } from "../../text/formatTime.ts";

/** Where an imported experiment is from. */
export function ProvenanceNote({ provenance }: { provenance: Provenance | undefined }) {
  if (provenance === undefined) return null;
  const { origin, earlier, importedAt, importedBy, unfinished } = provenance;
  return (
    <p className="wrap-anywhere text-ink-soft text-xs" data-testid="provenance" title={`Experiment ${origin.experimentId} there`}>
      Imported on {formatFull(importedAt)}
      {importedBy !== null && ` by ${importedBy}`} from an archive that Collapsar {origin.program}
      {origin.server !== null && ` at ${origin.server}`} wrote on {formatFull(origin.exportedAt)}
      {earlier.length > 0 && `; it had been imported there ${earlier.length === 1 ? "once" : `${earlier.length} times`} before`}
      {unfinished > 0 && `; ${countOf(unfinished, "run")} had not ended then`}.
    </p>
  );
}
