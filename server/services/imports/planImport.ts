import type { CarriedOut, ImportPlan, ReadImportChoices, UploadedImport } from "../../../contract/wire/imports.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import type { ImportWork } from "./importKind.ts";
import { kindsOf } from "./importKinds.ts";
import { dropFiles, receiveFile, withFiles } from "./uploads.ts";

interface Sent {
  name: string;
  /** The import that it belongs to; absent: a new one. */
  import?: string | undefined;
  /** Further files follow: there is no plan yet. */
  more: boolean;
  content: AsyncIterable<Buffer>;
}

/** Keeps a file until it is imported, and says what it, and those sent before it, would make. @throws Failure */
export function receiveUpload(context: ServiceContext, person: Person, sent: Sent): Promise<UploadedImport> {
  const { name, more, content } = sent;
  const one = { importId: sent.import, name, content, only: more };
  return receiveFile(context, person, one, async (id, files) => ({
    id,
    files: files.map((file) => ({ name: file.name, bytes: file.bytes })),
    plan: more ? null : await planFiles({ context, person, files, choices: {} }),
  }));
}

/** What files that wait would make by these choices, without making it. @throws Failure */
export const planImport = (
  context: ServiceContext,
  person: Person,
  id: string,
  choices: ReadImportChoices,
): Promise<ImportPlan> => withFiles(context, person, id, (files) => planFiles({ context, person, files, choices }));

/** Makes it, all of it or nothing; the files are then gone. @throws Failure */
export async function carryOutImport(
  context: ServiceContext,
  person: Person,
  id: string,
  choices: ReadImportChoices,
): Promise<CarriedOut> {
  const made = await withFiles(context, person, id, async (files) => {
    const [kind] = await kindsOf(files, choices.kind);
    return kind.carryOut({ context, person, files, choices });
  });
  await context.artefacts.removeRun(id);
  return made;
}

export const dropImport = (context: ServiceContext, person: Person, id: string): Promise<void> => dropFiles(context, person, id);

async function planFiles(work: ImportWork): Promise<ImportPlan> {
  const [kind, ...others] = await kindsOf(work.files, work.choices.kind);
  return { kind: kind.kind, kinds: [kind, ...others].map((one) => one.kind), ...(await kind.plan(work)) };
}
