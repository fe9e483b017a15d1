import type { Executor } from "../../db/database.ts";
import { returnMiss, takeMiss } from "../../db/queries/signIn.ts";
import { digest } from "./secrets.ts";

const windowMs = 60_000;
const maxMisses = 10;

/** Ten misses a minute for whoever knocks, told apart by address or otherwise, counted over all servers of the database. */
export class SignInLimit {
  private readonly db: Executor;
  private readonly purpose: string;

  /** @param purpose misses at one door do not close another */
  constructor(db: Executor, purpose: string) {
    this.db = db;
    this.purpose = purpose;
  }

  /** Counts a try as a miss. @returns whether there may be one more */
  take(knocker: string): Promise<boolean> {
    return takeMiss(this.db, this.keyOf(knocker), { windowMs, most: maxMisses });
  }

  /** The try was none. */
  giveBack(knocker: string): Promise<void> {
    return returnMiss(this.db, this.keyOf(knocker));
  }

  private keyOf(knocker: string): string {
    return digest(`${this.purpose} ${knocker}`);
  }
}
