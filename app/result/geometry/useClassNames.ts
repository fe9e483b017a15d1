import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../data/trpcClient.ts";

/** Names of the classes of a run's data, where it has begun and they are known. */
export function useClassNames(runId: string | null): readonly string[] | undefined {
  const trpc = useTRPC();
  const { data } = useQuery({
    ...trpc.runs.get.queryOptions({ id: runId ?? "" }),
    enabled: runId !== null,
    staleTime: 600_000,
    refetchOnWindowFocus: false,
  });
  return data?.dataset?.classNames;
}
