"use client";
import { useEffect } from "react";

/** @param name of what the page shows, once it is known */
export function usePageTitle(name: string | undefined): void {
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · Collapsar`;
  }, [name]);
}
