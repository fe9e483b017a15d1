import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type Greeting, greeting as greetingSchema, type Hello } from "../../contract/wire/workerProtocol.ts";
import { clearForFile, setAside } from "../files/setAside.ts";
import { log, messageOf } from "../log.ts";

const idFile = "worker-id";
const greetingFile = "greeting.json";

/**
 * Who this worker is: a name made once and kept in its folder, and the last greeting that its server gave it. The greeting changes with
 * each connection, so that of two workers on copies of one folder one is noticed by its old greeting.
 */
export class Identity {
  private readonly folder: string;
  /** Of this process. */
  private readonly instance = randomUUID();
  private id: string;
  private greeting: Greeting | null;

  constructor(folder: string) {
    this.folder = folder;
    this.id = this.read(idFile, parseId) ?? this.makeId();
    this.greeting = this.read(greetingFile, parseGreeting) ?? null;
  }

  get workerId(): string {
    return this.id;
  }

  get nonce(): string | undefined {
    return this.greeting?.nonce;
  }

  forHello(): NonNullable<Hello["identity"]> {
    return { instance: this.instance, greeting: this.greeting };
  }

  /** @throws if the disk cannot be written */
  keepGreeting(greeting: Greeting): void {
    this.write(greetingFile, JSON.stringify(greeting));
    this.greeting = greeting;
  }

  /** This folder is a copy of another worker's: from now on it is one of its own. @throws if the disk cannot be written */
  renew(): void {
    this.id = this.makeId();
    this.greeting = null;
    this.write(greetingFile, "null");
  }

  private makeId(): string {
    const id = randomUUID();
    this.write(idFile, `${id}\n`);
    return id;
  }

  /** Twice, first with a checksum: under another identity the worker could not send what it holds. @throws if the disk cannot be written */
  private write(name: string, text: string): void {
    const [plain, copy] = this.places(name);
    writeDurably(copy, `${checksum(text)}\n${text}`);
    writeDurably(plain, text);
  }

  /** What was written, from the copy if it is whole, else from the file itself; the other one is mended. @returns null if neither is whole */
  private read<T>(name: string, parse: (text: string) => T): T | null {
    const [plain, copy] = this.places(name);
    const parsable = (found: string) => {
      parse(found);
      return found;
    };
    const text = tryReading(copy, uncovered) ?? tryReading(plain, parsable);
    if (text === null) return null;
    for (const path of [plain, copy]) {
      const whole = path === plain ? text : `${checksum(text)}\n${text}`;
      if (tryReading(path, (found) => found) === whole) continue;
      if (lstatSync(path, { throwIfNoEntry: false })) sayAside(path, "it differs from the other of the two");
      writeDurably(path, whole);
    }
    return parse(text);
  }

  private places(name: string): [plain: string, copy: string] {
    return [join(this.folder, name), join(this.folder, `${name}.copy`)];
  }
}

/** @returns null if there is nothing; what cannot be used is set aside */
function tryReading(path: string, check: (text: string) => string): string | null {
  if (!lstatSync(path, { throwIfNoEntry: false })) return null;
  try {
    return check(readFileSync(path, "utf8"));
  } catch (error) {
    sayAside(path, messageOf(error));
    return null;
  }
}

function uncovered(text: string): string {
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== checksum(body)) throw new Error("its checksum does not match");
  return body;
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, "0");

const sayAside = (path: string, why: string): void =>
  log(`${path} cannot be used (${why}): it is set aside as ${setAside(path)}`);

function parseId(text: string): string {
  const id = text.trim();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error("it holds no identity");
  return id;
}

const parseGreeting = (text: string): Greeting | null => greetingSchema.nullable().parse(JSON.parse(text));

/** Written completely or not at all, and durable across a power cut. */
function writeDurably(path: string, text: string): void {
  for (const name of [path, `${path}.new`]) clearForFile(name);
  const file = openSync(`${path}.new`, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
