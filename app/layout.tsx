import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { themeCookie, themeOf } from "../contract/theme.ts";
import { DataProvider } from "./data/DataProvider.tsx";
import { CommandsProvider } from "./shell/Commands.tsx";
import { Shell } from "./shell/Shell.tsx";
import { ThemeProvider } from "./theme/ThemeProvider.tsx";
import { ToastProvider } from "./ui/Toast.tsx";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Collapsar", template: "%s · Collapsar" },
  description: "Run, watch and share neural-collapse studies.",
  referrer: "no-referrer",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f6f4" },
    { media: "(prefers-color-scheme: dark)", color: "#0d0e11" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  return (
    <html lang="en" data-theme={theme === "system" ? undefined : theme} suppressHydrationWarning>
      <body>
        <ThemeProvider initial={theme}>
          <DataProvider shareToken={null}>
            <ToastProvider>
              <CommandsProvider>
                <Shell>{children}</Shell>
              </CommandsProvider>
            </ToastProvider>
          </DataProvider>
        </ThemeProvider>
      </body>
    </html>
  );
}
