import { exampleJob, type SlurmForm, slurmForm } from "../../../contract/slurm/slurmJob.ts";
import { slurmScript } from "../../../contract/slurm/slurmScript.ts";

/** As an address can have it: what was changed, as texts. */
export type TypedForm = Partial<Record<keyof SlurmForm, string>>;

export const formNames = Object.keys(slurmForm.shape) as (keyof SlurmForm)[];

/** @param server its address, by which nodes reach it if nothing else is said */
export const exampleForm = (server: string): SlurmForm => ({ ...exampleJob, tasks: 4, server });

/** What was typed over what the form begins with; a number that cannot be read is NaN, for the schema to refuse. */
export function fillForm(typed: TypedForm, server: string): SlurmForm {
  const form: Record<string, unknown> = { ...exampleForm(server) };
  for (const name of formNames) {
    const text = typed[name];
    if (text !== undefined) form[name] = typeof form[name] === "number" ? Number(text) : text;
  }
  return form as SlurmForm;
}

export type Script = { text: string; problems: null } | { text: null; problems: Partial<Record<keyof SlurmForm, string>> };

/** The script of a form, or what is wrong with its fields. */
export function scriptOf(form: SlurmForm): Script {
  const parsed = slurmForm.safeParse(form);
  if (!parsed.success)
    return { text: null, problems: Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path[0], message])) };
  const { tasks, server, ...job } = parsed.data;
  return { text: slurmScript({ job, tasks, server, jobName: "collapsar", logs: null }), problems: null };
}
