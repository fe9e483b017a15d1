"use client";
import { useMemo } from "react";
import { type Split, splits } from "../../../contract/metrics/seriesKey.ts";
import { type AddressPatch, useAddress } from "../../address/useAddress.ts";
import { type XMode, xModes } from "../../charts/axes/seriesX.ts";
import type { StepWindow } from "../../live/runPoints.ts";

/** What a person can choose of a run's charts; it lives in the address. */
export interface RunChartView {
  x: XMode;
  logX: boolean;
  split: Split;
  /** 0 … 0.99; 0 = none. */
  smoothing: number;
  layers: "last" | "some" | "all";
  zoom: StepWindow | null;
  set: (patch: AddressPatch) => void;
  push: (patch: AddressPatch) => void;
}

/** @param logX whether the steps lie on a logarithmic axis when nothing is chosen */
export function useRunChartView(logX: boolean): RunChartView {
  const { get, has, set, push } = useAddress();
  const zoomText = get("zoom");
  const zoom = useMemo(() => {
    const match = /^(\d{1,9})-(\d{1,9})$/.exec(zoomText ?? "");
    return match === null ? null : { from: Number(match[1]), to: Number(match[2]) };
  }, [zoomText]);
  return {
    x: xModes.find((mode) => mode === get("x")) ?? "step",
    logX: has("logx") ? get("logx") === "1" : logX,
    split: splits.find((name) => name === get("split")) ?? "train",
    smoothing: Math.min(0.99, Math.max(0, Number(get("smooth")) || 0)),
    layers: (["all", "last"] as const).find((which) => which === get("layers")) ?? "some",
    zoom,
    set,
    push,
  };
}
