import { recordProblem, recordSent, takeDue } from "../../../db/queries/notifications.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { postSigned } from "./postSigned.ts";

/** What passes after each try that failed, as multiples of the first: with 10 s, it is given up after some thirty hours. */
const waits = [1, 6, 30, 180, 720, 2_160, 7_200];
const timeoutMs = 10_000;
/** Sent at the same time. */
const together = 10;

/** Sends what is due. @returns whether there may be more */
export async function sendNotifications(context: ServiceContext): Promise<boolean> {
  const { orm } = context.database;
  const { allowed, retryMs } = context.webhooks;
  const due = await takeDue(orm, together, timeoutMs + 2_000);
  await Promise.all(
    due.map(async ({ id, tries, body, url, secret }) => {
      const problem = await postSigned({ url, secret, body }, { allowed, timeoutMs, version: context.version });
      if (problem === null) return recordSent(orm, id);
      const wait = waits[tries - 1];
      // Receivers that many servers wait for are not asked by all of them at once.
      await recordProblem(orm, id, problem, wait === undefined ? null : wait * retryMs * (0.75 + Math.random() / 2));
    }),
  );
  return due.length === together;
}
