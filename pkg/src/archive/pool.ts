/** The workers that scan layers. */
import { LayerglassError } from "../error.js";
import type { WorkerClient } from "./client.js";
import type { ScanOperations } from "./protocol.js";

/** How long a worker without work is kept, in milliseconds. */
const IDLE_MS = 10_000;

/** Starts workers when they are needed, keeps them for the next scan, and lets them go when none comes. */
export class ScanPool {
  readonly #make: () => Promise<WorkerClient<ScanOperations>>;
  readonly #all = new Set<WorkerClient<ScanOperations>>();
  #idle: WorkerClient<ScanOperations>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed: LayerglassError | undefined;

  constructor(make: () => Promise<WorkerClient<ScanOperations>>) {
    this.#make = make;
  }

  /** A worker for the caller alone, until it is given back. */
  async take(): Promise<WorkerClient<ScanOperations>> {
    if (this.#closed) throw this.#closed;
    clearTimeout(this.#timer);
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.ended) return idle;
      this.#all.delete(idle);
    }
    const worker = await this.#make();
    if (this.#closed) worker.end(this.#closed);
    else this.#all.add(worker);
    return worker;
  }

  /** Takes a worker back. One that has died is forgotten. */
  give(worker: WorkerClient<ScanOperations>): void {
    if (worker.ended) this.#all.delete(worker);
    else this.#idle.push(worker);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#release(), IDLE_MS);
    // In Node a timer would keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Bytes of wasm memory of each worker. */
  memory(): Promise<number[]> {
    return Promise.all(
      [...this.#all].filter((worker) => !worker.ended).map((worker) => worker.request("memory", {})),
    );
  }

  /** Ends all workers, those at work too. */
  close(error: LayerglassError): void {
    this.#closed = error;
    clearTimeout(this.#timer);
    for (const worker of this.#all) worker.end(error);
    this.#all.clear();
    this.#idle = [];
  }

  #release(): void {
    for (const worker of this.#idle) {
      worker.end(
        new LayerglassError({ kind: "aborted", code: "idle", message: "the worker had nothing to do" }),
      );
      this.#all.delete(worker);
    }
    this.#idle = [];
  }
}
