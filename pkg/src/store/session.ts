import type { StoreBindings } from "../bindings.js";
import { LayerglassError, toError, unlessAborted } from "../error.js";
import type { Problem, RepairPlan, StoreChange } from "../store-types.js";
import type { StoreHandle, StoreQuestions, StoreWork } from "./bindings.js";
import type { GuardedLayers } from "./guard.js";

function closed(): LayerglassError {
  return new LayerglassError({ kind: "aborted", code: "closed", message: "the store has been closed" });
}

/** What a call gives; what it throws becomes an error of the package. */
function unlessThrown<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw toError(thrown);
  }
}

/** A store's handle, and what ends all work with it. */
export class StoreSession {
  #handle: StoreHandle | undefined;
  readonly #wasm: StoreBindings;
  readonly #layers: readonly GuardedLayers[];
  readonly #end = new AbortController();
  /** Ends the calls that are under way. */
  readonly #running = new Set<(error: LayerglassError) => void>();

  constructor(handle: StoreHandle, wasm: StoreBindings, layers: readonly GuardedLayers[]) {
    this.#handle = handle;
    this.#wasm = wasm;
    this.#layers = layers;
  }

  /** Aborted when the store is closed. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  get #live(): StoreHandle {
    if (!this.#handle) throw closed();
    return this.#handle;
  }

  /** Has a function called with each change. */
  subscribe(callback: (change: StoreChange) => void): void {
    unlessThrown(() => this.#live.subscribe(callback));
  }

  /** Asks the handle for what it knows. */
  ask<Q extends keyof StoreQuestions>(
    question: Q,
    ...given: Parameters<StoreQuestions[Q]>
  ): ReturnType<StoreQuestions[Q]> {
    return unlessThrown(() => this.#live.ask(question, given));
  }

  /** What would be done about problems, whether the store is open or not. */
  plan(problems: readonly Problem[]): RepairPlan {
    return unlessThrown(() => this.#wasm.planRepair(problems));
  }

  /** Starts work and waits for it, or for the end of the store. */
  async run<W extends keyof StoreWork>(
    work: W,
    given: Parameters<StoreWork[W]>,
    signal?: AbortSignal,
  ): Promise<ReturnType<StoreWork[W]>> {
    let end = (_: LayerglassError) => {};
    const ended = new Promise<never>((_, reject) => {
      end = reject;
    });
    try {
      const working = this.#live.run(work, given);
      this.#running.add(end);
      return await unlessAborted(Promise.race([working, ended]), signal);
    } catch (thrown) {
      throw toError(thrown);
    } finally {
      this.#running.delete(end);
    }
  }

  /** Ends the store. Nothing more is asked of its backend; what is under way there is not waited for. */
  close(): void {
    const handle = this.#handle;
    if (!handle) return;
    this.#handle = undefined;
    handle.close();
    handle.free();
    for (const end of this.#running) end(closed());
    this.#end.abort();
    for (const layers of this.#layers) layers.close();
  }
}

/** Calls back; what that throws is told like an event listener's, and the work goes on. */
export function tell<A extends unknown[]>(callback: (...values: A) => void, ...values: A): void {
  try {
    callback(...values);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
