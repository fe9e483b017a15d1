"use client";
import { copyText } from "../../ui/copyText.ts";
import type { MenuItem } from "../../ui/Menu.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { type FigureToSave, useFigureItems } from "./useFigureItems.ts";

interface MenuSource extends FigureToSave {
  panelId: string;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
}

/** Another view of a chart, a link to it, and its exports. */
export function useChartMenu({ panelId, asTable, onAsTable, ...saved }: MenuSource): MenuItem[] {
  const toast = useToast();
  const files = useFigureItems(saved);
  const copyLink = async () => {
    const address = new URL(window.location.href);
    address.hash = `panel-${panelId}`;
    const done = await copyText(address.href);
    toast(done ? { text: "Link copied; it opens this view." } : { text: address.href });
  };
  return [
    { label: asTable ? "Show as chart" : "Show as table", icon: "list", onSelect: () => onAsTable(!asTable) },
    { label: "Copy link", icon: "link", onSelect: () => void copyLink() },
    "separator",
    ...files,
  ];
}
