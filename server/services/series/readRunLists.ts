import type { RunListsRequest } from "../../../contract/wire/requests.ts";
import type { ListsView } from "../../../contract/wire/views.ts";
import { readLists } from "../../../db/queries/series.ts";
import type { Reader } from "../../access/reader.ts";
import { type AnswerAllowance, pointBytes } from "../../context/answerAllowance.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";

/** Lists of a run at the last measured step up to the one that is asked for, and all steps that have them. */
export async function readRunLists(
  context: ServiceContext,
  reader: Reader,
  { id, keys, step }: RunListsRequest,
  allowance: AnswerAllowance,
): Promise<ListsView> {
  await requireReadableRun(context, reader, id);
  const { orm } = context.database;
  return allowance.spend(
    async () => {
      const steps = new Set<number>();
      const shown: Record<string, (number | null)[]> = {};
      // One after the other: a list of many classes at all its steps is large.
      for (const key of keys)
        for (const list of await readLists(orm, [id], [key])) {
          for (const one of list.steps) steps.add(one);
          const at = step === undefined ? list.steps.length - 1 : list.steps.findLastIndex((one) => one <= step);
          const numbers = list.lists[Math.max(0, at)];
          if (numbers) shown[key] = numbers.map((number) => (Number.isNaN(number) ? null : number));
        }
      return { steps: [...steps].sort((a, b) => a - b), lists: shown };
    },
    ({ steps, lists }) => pointBytes * Object.values(lists).reduce((sum, { length }) => sum + length, steps.length),
  );
}
