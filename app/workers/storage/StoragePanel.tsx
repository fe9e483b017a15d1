"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../data/trpcClient.ts";
import { Problem } from "../../live/Problem.tsx";
import { formatBytes, formatCount } from "../../text/formatNumber.ts";
import { Panel } from "../../ui/Panel.tsx";
import { SkeletonLines } from "../../ui/Skeleton.tsx";
import { Rows, Table, Td, Th } from "../../ui/Table.tsx";
import { storageSummary, tableTitle } from "./storageText.ts";

/** What is stored, and what takes most of it. */
export function StoragePanel() {
  const trpc = useTRPC();
  const storage = useQuery(trpc.about.storage.queryOptions(undefined, { refetchInterval: 60_000 }));
  const { data } = storage;
  return (
    <Panel title="Storage" hint={data && storageSummary(data)} padded={false} testId="storage">
      {storage.error && (
        <div className="p-4">
          <Problem error={storage.error} onRetry={() => void storage.refetch()} />
        </div>
      )}
      {storage.isPending && !storage.error && (
        <div className="p-4">
          <SkeletonLines count={3} />
        </div>
      )}
      {data && (
        <>
          <Table>
            <thead>
              <tr>
                <Th>In the database</Th>
                <Th numeric>Rows, about</Th>
                <Th numeric className="max-sm:hidden">
                  Indexes
                </Th>
                <Th numeric>Size</Th>
              </tr>
            </thead>
            <Rows>
              {data.tables.map(({ name, rows, bytes, indexBytes }) => (
                <tr key={name} title={name}>
                  <Td className="w-full max-w-0 truncate">{tableTitle(name)}</Td>
                  <Td numeric className="whitespace-nowrap">
                    {formatCount(rows)}
                  </Td>
                  <Td numeric className="whitespace-nowrap text-ink-soft max-sm:hidden">
                    {formatBytes(indexBytes)}
                  </Td>
                  <Td numeric className="whitespace-nowrap">
                    {formatBytes(bytes)}
                  </Td>
                </tr>
              ))}
            </Rows>
          </Table>
          <p className="max-w-2xl p-4 text-ink-faint text-xs leading-5">
            Deleted studies still take their space until they are removed for good. COLLAPSAR_KEEP_GEOMETRY_DAYS and
            COLLAPSAR_KEEP_LOG_DAYS let old runs take less; COLLAPSAR_KEEP_CHECKPOINTS bounds the files of ended runs.
          </p>
        </>
      )}
    </Panel>
  );
}
