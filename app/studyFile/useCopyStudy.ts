"use client";
import type { LaunchInput } from "../../contract/config/experimentConfig.ts";
import { copyText } from "../ui/copyText.ts";
import { useToast } from "../ui/Toast.tsx";

export type StudyForm = "yaml" | "command";

/** Copies a study as its file, or as a command that launches it; where the browser does not allow that, it is saved. */
export function useCopyStudy(): (launch: LaunchInput, form: StudyForm) => Promise<void> {
  const toast = useToast();
  return async (launch, form) => {
    // Most people never ask for it.
    const [{ studyYaml }, { studyCommand }] = await Promise.all([import("./studyYaml.ts"), import("./studyCommand.ts")]);
    const yaml = studyYaml(launch);
    const text = form === "yaml" ? yaml : studyCommand(yaml, window.location.origin);
    if (await copyText(text)) return toast({ text: form === "yaml" ? "Copied as YAML" : "Copied as command" });
    const name = form === "yaml" ? "study.yaml" : "study.sh";
    save(text, name);
    toast({ text: `This browser does not let the page copy: saved as ${name}` });
  };
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
