/** Controls and marks of direction that could hide or forge what a terminal shows; ends of lines and tabs do not. */
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const plain = (text: string): string => text.replace(controls, (sign) => (sign === "\n" || sign === "\t" ? sign : "\ufffd"));
/** JSON leaves these as they are. */
const escaped = (text: string): string =>
  text.replace(/[\x7f-\x9f\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** What a command prints: lines for people, or with --json documents for programs, one a line. */
export class Output {
  readonly json: boolean;
  /** Whether a person looks at it: bars may move then. */
  readonly isTerminal: boolean;

  constructor(json: boolean) {
    this.json = json;
    this.isTerminal = !json && process.stderr.isTTY === true && process.stdout.isTTY === true;
  }

  /** The command's answer, for people. */
  line(text: string): void {
    if (!this.json) process.stdout.write(`${plain(text)}\n`);
  }

  /** What a person should know beside the answer. */
  note(text: string): void {
    if (!this.json) process.stderr.write(`${plain(text)}\n`);
  }

  /** The command's answer, for programs. */
  document(value: object): void {
    if (this.json) process.stdout.write(`${escaped(JSON.stringify(value))}\n`);
  }
}

/** Whoever read the output has seen enough, as `head` has: nothing is wrong. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
}
