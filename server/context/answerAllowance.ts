import { Failure } from "../../contract/failure.ts";

/** Bytes that one point of a series takes in an answer, about. */
export const pointBytes = 20;

const answerBytes = 10_000_000;

/**
 * What the calls of one request may give together. Calls that can give much take turns, so that a batch holds one of them in memory at
 * a time, and what is over is refused before it is read.
 */
export class AnswerAllowance {
  private leftBytes: number;
  private last: Promise<unknown> = Promise.resolve();

  constructor(bytes = answerBytes) {
    this.leftBytes = bytes;
  }

  /**
   * @param work gets the bytes that are left for it
   * @param cost bytes of its result, about
   * @throws Failure INVALID if calls before it have used up what may be answered
   */
  spend<T>(work: (leftBytes: number) => Promise<T>, cost: (result: T) => number): Promise<T> {
    const turn = this.last.then(async () => {
      if (this.leftBytes <= 0)
        throw new Failure("INVALID", "The answers to this batch do not fit into one response: send the calls one by one.");
      const result = await work(this.leftBytes);
      this.leftBytes -= cost(result);
      return result;
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
