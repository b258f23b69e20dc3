/** Text on its way out: in large pieces, no faster than it is taken. */
import type { Writable } from "node:stream";
import { BrokenPipe, OutputError } from "./exit.js";

/** UTF-16 units that are gathered before they are written. */
const PIECE = 1 << 16;

/** Standard output or error. */
export class Output {
  #parts: string[] = [];
  #length = 0;

  constructor(private readonly stream: Writable) {
    // Every write is told of its own failure.
    stream.on("error", () => {});
  }

  /** Writes a text, some time before `flush` is done. */
  async write(text: string): Promise<void> {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= PIECE) await this.flush();
  }

  /** Writes a line. */
  line(text = ""): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** Waits until all has been taken. */
  async flush(): Promise<void> {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    if (text !== "") await this.bytes(text);
  }

  /** Writes bytes, when all text before them has been. */
  bytes(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.stream.write(bytes, (error) => {
        if (!error) resolve();
        else if ((error as NodeJS.ErrnoException).code === "EPIPE") reject(new BrokenPipe());
        else reject(new OutputError(`standard output: ${error.message}`));
      });
    });
  }
}
