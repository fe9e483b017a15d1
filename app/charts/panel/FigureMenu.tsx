"use client";
import { Menu } from "../../ui/Menu.tsx";
import { type FigureToSave, useFigureItems } from "./useFigureItems.ts";

interface FigureMenuProps extends FigureToSave {
  title: string;
  /** Text of the button, where a panel has several figures. */
  name?: string;
}

/** The files of a figure that is no chart with a menu of its own: maps, projections. */
export function FigureMenu({ title, name, ...saved }: FigureMenuProps) {
  const label = `${title}: export and options`;
  return (
    <Menu label={label} icon={name ? "download" : "more"} items={useFigureItems(saved)}>
      {name}
    </Menu>
  );
}
