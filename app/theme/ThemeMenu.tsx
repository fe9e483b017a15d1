"use client";
import { type Theme, themes } from "../../contract/theme.ts";
import { Menu } from "../ui/Menu.tsx";
import { useTheme } from "./ThemeProvider.tsx";

const icons = { system: "system", light: "sun", dark: "moon" } as const;
const labels: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

export function ThemeMenu() {
  const { theme, setTheme } = useTheme();
  return (
    <Menu
      label="Theme"
      icon={icons[theme]}
      small={false}
      testId="theme"
      items={themes.map((choice) => ({
        label: (
          <span className="flex items-center justify-between gap-4">
            {labels[choice]}
            {choice === theme && <span className="text-ink-faint text-xs">chosen</span>}
          </span>
        ),
        icon: icons[choice],
        onSelect: () => setTheme(choice),
      }))}
    />
  );
}
