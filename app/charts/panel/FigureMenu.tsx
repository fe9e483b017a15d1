"use client";
import { Menu } from "../../ui/Menu.tsx";
import { type FigureToSave, useFigureItems } from "./useFigureItems.ts";

/** The files of a figure that is no chart with a menu of its own: maps, projections. */
export function FigureMenu({ title, ...saved }: FigureToSave & { title: string }) {
  return <Menu label={`${title}: export and options`} items={useFigureItems(saved)} />;
}
