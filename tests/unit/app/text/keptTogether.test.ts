import { expect, test } from "vitest";
import { keptTogether } from "../../../../app/text/keptTogether.ts";

test("breaks lines between numbers, never within one", () => {
  const [space, joined] = ["\u00a0", "\u2060…\u2060"];
  expect(keptTogether("slope −0.505 ± 0.064 (95 %: −0.681…−0.328; depth 2…21), N = 18 runs")).toBe(
    `slope −0.505${space}±${space}0.064 (95${space}%: −0.681${joined}−0.328; depth 2${joined}21), N${space}=${space}18 runs`,
  );
  expect(keptTogether("theory: −1/2…−1/4, undecided")).toBe(`theory: −1/2${joined}−1/4, undecided`);
  expect(keptTogether("λ=0.005, misfit p = 4.41×10⁻⁴")).toBe(`λ=0.005, misfit p${space}=${space}4.41×10⁻⁴`);
  expect(keptTogether("Opening… the rest")).toBe("Opening… the rest");
});
