import { exampleJob, type SlurmForm, slurmForm } from "../../../contract/slurm/slurmJob.ts";
import { slurmScript } from "../../../contract/slurm/slurmScript.ts";
import { type Problems, problemsOf } from "../jobForm/typedForm.ts";

/** @param server its address, by which nodes reach it if nothing else is said */
export const exampleForm = (server: string): SlurmForm => ({ ...exampleJob, tasks: 4, server });

export type Script = { text: string; problems: null } | { text: null; problems: Problems<SlurmForm> };

/** The script of a form, or what is wrong with its fields. */
export function scriptOf(form: SlurmForm): Script {
  const parsed = slurmForm.safeParse(form);
  if (!parsed.success) return { text: null, problems: problemsOf(parsed.error) };
  const { tasks, server, ...job } = parsed.data;
  return { text: slurmScript({ job, tasks, server, jobName: "collapsar", logs: null }), problems: null };
}
