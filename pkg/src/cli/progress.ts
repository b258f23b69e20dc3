import type { WriteStream } from "node:tty";
import { humanSize } from "../elements/format/size.js";
import { cutTo } from "./width.js";

/** The line is written at most this often, in milliseconds. */
const TELL_EVERY = 100;
/** Work that takes less is not worth a line, in milliseconds. */
const QUIET_BEFORE = 300;

/** One line on a terminal that says how far the work is; elsewhere nothing is written. */
export class ProgressLine {
  /** False when the user does not want it. */
  enabled = true;
  readonly #started = performance.now();
  #next = 0;
  #isShown = false;

  constructor(private readonly stream: WriteStream) {}

  /** Says what goes on, and how far it is where that is known. */
  tell(what: string, bytes?: number, total?: number): void {
    if (!this.enabled || !this.stream.isTTY) return;
    const now = performance.now();
    if (now < this.#next || now - this.#started < QUIET_BEFORE) return;
    this.#next = now + TELL_EVERY;
    this.#isShown = true;
    const line = cutTo(`${what}${extent(bytes, total)}`, Math.max(20, this.stream.columns ?? 80) - 1);
    this.stream.write(`\r\u001b[2K${line}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.stream.write("\r\u001b[2K");
  }
}

function extent(bytes: number | undefined, total: number | undefined): string {
  if (bytes === undefined) return " …";
  if (total === undefined || total === 0) return ` … ${humanSize(bytes)}`;
  const percent = Math.min(100, Math.floor((bytes / total) * 100));
  return ` ${percent} % of ${humanSize(total)}`;
}
