import { UsageFailure } from "../usageFailure.ts";

const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i;

/** An experiment's id as it is given: itself, or the address of its page. @throws UsageFailure */
export function studyId(given: string): string {
  const [id] = uuid.exec(given) ?? [];
  const isAddress = URL.canParse(given) && new RegExp(`^/e/${uuid.source}/?$`, "i").test(new URL(given).pathname);
  if (id === undefined || !(id === given || isAddress))
    throw new UsageFailure(`"${given.slice(0, 100)}" is no experiment's id: it is the last part of its page's address, /e/<id>.`);
  return id.toLowerCase();
}
