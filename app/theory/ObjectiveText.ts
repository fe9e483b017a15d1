/** Words and formulas of an objective. */
export interface ObjectiveText {
  title: string;
  about: string;
  /** What is minimized, in LaTeX. */
  objective: string;
  /** Its optimum, in LaTeX, a formula a line. */
  optimum: string[];
  source: string;
}
