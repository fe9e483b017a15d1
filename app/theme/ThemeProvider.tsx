"use client";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { type Theme, themeCookie } from "../../contract/theme.ts";

const ThemeContext = createContext<{ theme: Theme; setTheme: (theme: Theme) => void }>({ theme: "system", setTheme: () => {} });

export const useTheme = () => useContext(ThemeContext);

export function ThemeProvider({ initial, children }: { initial: Theme; children: ReactNode }) {
  const [theme, show] = useState(initial);
  const setTheme = useCallback((next: Theme) => {
    show(next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    const lifetime = next === "system" ? 0 : 31_536_000;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is missing where the page is served without TLS
    document.cookie = `${themeCookie}=${next}; path=/; max-age=${lifetime}; samesite=lax`;
  }, []);
  const value = useMemo(() => ({ theme, setTheme }), [theme, setTheme]);
  return <ThemeContext value={value}>{children}</ThemeContext>;
}
