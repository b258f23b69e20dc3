/** Workers that are started when they are needed. */
import { LayerglassError } from "../error.js";
import type { WorkerClient } from "./client.js";
import type { Operations } from "./protocol.js";

/** How long a worker without work is kept, in milliseconds. */
const IDLE_MS = 10_000;

/** Starts workers when they are needed, keeps them for the next piece of work, and lets them go when none comes. */
export class WorkerPool<Ops extends Operations<Ops>> {
  readonly #size: number;
  readonly #make: () => Promise<WorkerClient<Ops>>;
  readonly #all = new Set<WorkerClient<Ops>>();
  readonly #idle: WorkerClient<Ops>[] = [];
  #starting = 0;
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed: LayerglassError | undefined;

  constructor(size: number, make: () => Promise<WorkerClient<Ops>>) {
    this.#size = size;
    this.#make = make;
  }

  /** A worker for the caller alone, until it is given back. */
  async take(): Promise<WorkerClient<Ops>> {
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
  async give(worker: WorkerClient<Ops>): Promise<void> {
    await worker.drained();
    if (worker.ended) this.#all.delete(worker);
    else this.#idle.push(worker);
    this.#wake();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#release(), IDLE_MS);
    // In Node a timer would keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** All workers that run. */
  all(): readonly WorkerClient<Ops>[] {
    return [...this.#all];
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

  async #add(): Promise<WorkerClient<Ops>> {
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
