import { Presets, SingleBar } from "cli-progress";
import type { Output } from "./output.ts";

/** How far something is: a bar that moves on a terminal, and elsewhere a line now and then. */
export class Progress {
  private readonly output: Output;
  private readonly bar: SingleBar | null;
  private said = "";

  constructor(output: Output) {
    this.output = output;
    this.bar = output.isTerminal
      ? new SingleBar(
          {
            format: "{bar} {percentage} %  {text}",
            hideCursor: true,
            clearOnComplete: true,
            stream: process.stderr,
            fps: 10,
            stopOnComplete: false,
          },
          Presets.shades_classic,
        )
      : null;
    this.bar?.start(1_000, 0, { text: "" });
  }

  /**
   * @param share 0…1
   * @param text beside the bar
   * @param step what has to change before another line is written where there is no bar
   */
  show(share: number, text: string, step: string): void {
    if (this.bar !== null)
      this.bar.update(Math.round(1_000 * share), { text: text.slice(0, Math.max(10, (process.stderr.columns ?? 80) - 50)) });
    else if (step !== this.said) this.output.note(`${String(Math.floor(100 * share)).padStart(3)} %  ${text}`);
    this.said = step;
  }

  stop(): void {
    this.bar?.stop();
  }
}
