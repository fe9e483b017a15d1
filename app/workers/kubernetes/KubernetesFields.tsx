"use client";
import { type JobFieldsProps, jobFields } from "../jobForm/jobFields.tsx";
import type { KubernetesForm } from "./kubernetesForm.ts";

/** What the manifest is made from. */
export function KubernetesFields(props: JobFieldsProps<KubernetesForm>) {
  const { form } = props;
  const { text, number, device, server } = jobFields("kubernetes", props);
  return (
    <div className="space-y-4">
      {device}
      <div className="grid grid-cols-2 gap-3">
        {text("namespace", "Namespace")}
        {text("name", "Name of the Job")}
        {number("workers", "Workers", form.device === "gpu" ? "one GPU each" : undefined)}
        {number("minutes", "Time limit, minutes")}
        {number("cores", "Cores per worker", form.device === "cpu" ? "one run per core" : undefined)}
        {number("memoryGiB", "Memory per worker, GiB")}
      </div>
      {text("image", "Image", { hint: "built from this program's Containerfile, in a registry that the nodes reach" })}
      {server("Server address for the pods")}
      {text("secret", "Secret with the token")}
      {text("queue", "Kueue queue", { placeholder: "none: scheduled at once" })}
    </div>
  );
}
