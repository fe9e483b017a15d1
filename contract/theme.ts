export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** Kept in a cookie, so that the server already sends the right page and nothing flashes. */
export const themeCookie = "collapsar-theme";

export const themeOf = (value: string | undefined): Theme => themes.find((theme) => theme === value) ?? "system";
