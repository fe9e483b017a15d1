"use client";
import { useState } from "react";
import { ExternalResult } from "./external/ExternalResult.tsx";
import { TrainedResult } from "./TrainedResult.tsx";

interface ExperimentResultProps {
  experimentId: string;
  /** Token of the share link through which the page is read. */
  share?: string;
}

/** The result page of an experiment, which its first reading tells: trained here, or elsewhere. */
export function ExperimentResult(props: ExperimentResultProps) {
  const [isExternal, setExternal] = useState(false);
  return isExternal ? <ExternalResult {...props} /> : <TrainedResult {...props} onExternal={() => setExternal(true)} />;
}
