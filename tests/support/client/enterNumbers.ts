import type { Page } from "playwright-core";

/** Replaces the numbers of a chip field. @param field its data-testid */
export async function enterNumbers(page: Page, field: string, numbers: string): Promise<void> {
  const chips = page.locator(`[data-testid="${field}"]`);
  const input = chips.locator("input").first();
  await input.focus();
  for (let left = await chips.locator("button").count(); left > 0; left -= 1) await input.press("Backspace");
  await input.fill(numbers);
  await input.press("Enter");
}
