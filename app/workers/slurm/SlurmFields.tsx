"use client";
import type { SlurmForm } from "../../../contract/slurm/slurmJob.ts";
import { type JobFieldsProps, jobFields } from "../jobForm/jobFields.tsx";

/** What the batch script is made from. */
export function SlurmFields(props: JobFieldsProps<SlurmForm>) {
  const { form } = props;
  const { text, number, device, server } = jobFields("slurm", props);
  return (
    <div className="space-y-4">
      {device}
      <div className="grid grid-cols-2 gap-3">
        {text("partition", "Partition", { placeholder: "default" })}
        {text("account", "Account", { placeholder: "default" })}
        {number("tasks", "Workers", "tasks of the array")}
        {number("minutes", "Time limit, minutes")}
        {number("cpus", "Cores per worker", form.device === "cpu" ? "one run per core" : undefined)}
        {number("memoryGb", "Memory per worker, GB")}
        {form.device === "gpu" && text("gpuType", "GPU type", { placeholder: "any" })}
        {number("idleMinutes", "Idle limit, minutes")}
      </div>
      {server("Server address for the nodes")}
      {text("folder", "Program folder on the nodes", { hint: "where npm ci was run" })}
      {text("tokenFile", "Token file")}
      {text("scratch", "Scratch folder", { placeholder: "the node's temporary folder" })}
      {text("datasets", "Data-set folder", { placeholder: "the program's own" })}
      {text("extra", "Further sbatch options", { placeholder: "--constraint=a100 --qos=long" })}
    </div>
  );
}
