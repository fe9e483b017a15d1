"use client";
import type { LaunchInput } from "../../contract/config/experimentConfig.ts";
import { Button } from "../ui/Button.tsx";
import { useCopyStudy } from "./useCopyStudy.ts";

/** Takes what the form holds to the command line. @param launch null: it cannot be launched as it is */
export function CopyStudyButtons({ launch }: { launch: LaunchInput | null }) {
  const copy = useCopyStudy();
  const hint = launch === null ? "Correct the marked values first" : undefined;
  return (
    <div className="-mx-2 flex sm:mr-0 sm:ml-auto">
      <Button
        small
        look="quiet"
        icon="copy"
        disabled={launch === null}
        title={hint}
        data-testid="copy-yaml"
        onClick={() => launch && copy(launch, "yaml")}
      >
        Copy as YAML
      </Button>
      <Button
        small
        look="quiet"
        icon="copy"
        disabled={launch === null}
        title={hint}
        data-testid="copy-command"
        onClick={() => launch && copy(launch, "command")}
      >
        Copy as command
      </Button>
    </div>
  );
}
