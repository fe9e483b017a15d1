import type { CarriedOut, ImportKindName, ImportPlan, ReadImportChoices } from "../../../contract/wire/imports.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import type { UploadedFile } from "./uploadedFile.ts";

/** What a kind of import works with. */
export interface ImportWork {
  context: ServiceContext;
  person: Person;
  files: readonly UploadedFile[];
  choices: ReadImportChoices;
}

/** How sure a kind is that files are its own: "possible" where a person may mean it so. */
export type Fit = "sure" | "possible" | "no";

/**
 * One kind of files that become an experiment. A new kind is a file in kinds/ and a line in importKinds.ts.
 * Neither `plan` nor `carryOut` keeps anything of `files` open, and `carryOut` stores everything or nothing.
 */
export interface ImportKind {
  kind: ImportKindName;
  /** For messages: "W&B tables (.csv)". */
  title: string;
  /** By names and first bytes; files are never empty. */
  detect(files: readonly UploadedFile[]): Promise<Fit>;
  /** What would be made, without making it. @throws Failure INVALID where not even that can be said */
  plan(work: ImportWork): Promise<Omit<ImportPlan, "kind" | "kinds">>;
  /** @throws Failure INVALID with the first problem where the plan has an error */
  carryOut(work: ImportWork): Promise<CarriedOut>;
}
