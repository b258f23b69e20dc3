/** The workers that scan layers. */
import { LayerglassError } from "../error.js";
import type { WorkerClient } from "./client.js";
import type { ScanOperations } from "./protocol.js";

/** How long a worker without work is kept, in milliseconds. */
const IDLE_MS = 10_000;

type Scanner = WorkerClient<ScanOperations>;

/** Starts workers when they are needed, keeps them for the next scan, and lets them go when none comes. */
export class ScanPool {
  readonly #size: number;
  readonly #make: () => Promise<Scanner>;
  readonly #all = new Set<Scanner>();
  readonly #idle: Scanner[] = [];
  #starting = 0;
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed: LayerglassError | undefined;

  constructor(size: number, make: () => Promise<Scanner>) {
    this.#size = size;
    this.#make = make;
  }

  /** A worker for the caller alone, until it is given back. */
  async take(): Promise<Scanner> {
    clearTimeout(this.#timer);
    for (;;) {
      if (this.#closed) throw this.#closed;
      const idle = this.#idle.pop();
      if (idle && !idle.ended) return idle;
      if (idle) this.#all.delete(idle);
      else if (this.#all.size + this.#starting < this.#size) return this.#add();
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Takes a worker back: at once, or as soon as it has let go of what was aborted. One that died is forgotten. */
  async give(worker: Scanner): Promise<void> {
    await worker.drained();
    if (worker.ended) this.#all.delete(worker);
    else this.#idle.push(worker);
    this.#wake();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#release(), IDLE_MS);
    // In Node a timer would keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Bytes of wasm memory of each worker. */
  async memory(): Promise<number[]> {
    // A worker that ends meanwhile has none.
    const asked = [...this.#all].map((worker) => worker.request("memory", {}).catch(() => 0));
    return (await Promise.all(asked)).filter((bytes) => bytes > 0);
  }

  /** Ends all workers, those at work too. */
  close(error: LayerglassError): void {
    this.#closed = error;
    clearTimeout(this.#timer);
    for (const worker of this.#all) worker.end(error);
    this.#all.clear();
    this.#idle.length = 0;
    this.#wake();
  }

  async #add(): Promise<Scanner> {
    this.#starting++;
    try {
      const worker = await this.#make();
      if (this.#closed) worker.end(this.#closed);
      this.#all.add(worker);
      return worker;
    } finally {
      this.#starting--;
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  #release(): void {
    const message = "the worker had nothing to do";
    for (const worker of this.#idle) {
      worker.end(new LayerglassError({ kind: "aborted", code: "idle", message }));
      this.#all.delete(worker);
    }
    this.#idle.length = 0;
  }
}
