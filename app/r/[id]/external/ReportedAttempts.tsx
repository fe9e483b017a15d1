"use client";
import { formatDuration } from "../../../../contract/formatDuration.ts";
import type { AttemptView } from "../../../../contract/wire/views.ts";
import { formatCount } from "../../../text/formatNumber.ts";
import { formatFull } from "../../../text/formatTime.ts";
import { Panel } from "../../../ui/Panel.tsx";
import { Rows, Table, Td, Th } from "../../../ui/Table.tsx";
import { outcomeOf } from "../RunFacts.tsx";

const spanText = ({ startedAt, endedAt }: AttemptView) =>
  startedAt === null || endedAt === null ? "–" : formatDuration(new Date(endedAt).getTime() - new Date(startedAt).getTime());

/** Each start of the run's own program, from which step it went on, and how it ended. */
export function ReportedAttempts({ attempts }: { attempts: readonly AttemptView[] }) {
  return (
    <Panel title="Attempts" hint="each start of its own program" padded={false} testId="attempts">
      <Table>
        <thead>
          <tr>
            <Th>#</Th>
            <Th>Opened</Th>
            <Th>Lasted</Th>
            <Th numeric>From step</Th>
            <Th numeric>Last step</Th>
            <Th className="w-full">Ended</Th>
          </tr>
        </thead>
        <Rows>
          {attempts.map((attempt) => (
            <tr key={attempt.number} data-testid="attempt" data-outcome={attempt.outcome?.code ?? ""}>
              <Td>{attempt.number}</Td>
              <Td className="whitespace-nowrap text-ink-soft text-xs">
                {attempt.startedAt === null ? "–" : formatFull(attempt.startedAt)}
              </Td>
              <Td className="whitespace-nowrap text-ink-soft text-xs">{spanText(attempt)}</Td>
              <Td numeric>{attempt.resumedFromStep === null ? "–" : formatCount(attempt.resumedFromStep)}</Td>
              <Td numeric>{attempt.lastStep === null ? "–" : formatCount(attempt.lastStep)}</Td>
              <Td className="py-1.5">{outcomeOf(attempt)}</Td>
            </tr>
          ))}
        </Rows>
      </Table>
    </Panel>
  );
}
