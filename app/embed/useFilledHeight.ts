"use client";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";

const least = 170;
const most = 1_200;

/** The height of a chart with which the element around it, whose other parts are as high as they are, fills the window. */
export function useFilledHeight<T extends HTMLElement>(): [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [height, setHeight] = useState(300);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const fit = () => {
      const chart = element.querySelector<HTMLElement>("[data-chart-height]");
      if (chart === null) return;
      const others = element.offsetHeight - Number(chart.dataset.chartHeight);
      setHeight(Math.round(Math.min(most, Math.max(least, window.innerHeight - others))));
    };
    const watcher = new ResizeObserver(fit);
    watcher.observe(element);
    window.addEventListener("resize", fit);
    return () => {
      watcher.disconnect();
      window.removeEventListener("resize", fit);
    };
  }, []);
  return [ref, height];
}
