/** The worker's side of the requests: starts the module, runs operations, reports progress, and tells when it is broken. */

import { workerDied } from "../archive/port.js";
import type { FromWorker, Pulled, SourceSpec, StartMessage, ToWorker } from "../archive/protocol.js";
import { abortedError, isTrap, LayerglassError, toError } from "../error.js";
import type { Limits } from "../types.js";
import type { AskCaller, ByteSource, OpenSource } from "./source.js";

/** How often progress is reported, at most. */
const PROGRESS_MS = 100;

/** Wasm memory from which a trap is taken for a lack of memory: three quarters of what 32 bits can address. */
const MEMORY_FULL = 3 * 2 ** 30;

/** What one operation may do beside its work. */
export interface Task {
  /** Throws when the caller has ended the work. */
  check(): void;
  /** Tells how far it has come; most calls are not sent. */
  progress(bytes: number, total?: number): void;
}

/** An operation's result, and the buffers in it that are given away. */
export interface Answer<T> {
  readonly value: T;
  readonly transfer?: Transferable[];
}

/** The operations of a table. */
export type Handlers<Ops> = {
  [Op in keyof Ops]: Ops[Op] extends { params: infer P; result: infer R }
    ? (params: P, task: Task) => Promise<Answer<R>>
    : never;
};

/** What the operations of a module work with. */
export interface Workshop<Bindings> {
  readonly wasm: Bindings;
  openSource(spec: SourceSpec, limits: Limits | undefined): Promise<ByteSource>;
  /** Bytes of wasm memory. */
  memory(): number;
}

/** The way back to the caller's thread. */
export interface Outlet {
  post(message: FromWorker, transfer: Transferable[]): void;
}

type AnyHandler = (params: object, task: Task) => Promise<Answer<unknown>>;

/** Starts the module of a worker and gives the operations of its role. */
export type StartRole = (
  message: StartMessage,
  openSource: Workshop<unknown>["openSource"],
) => { readonly handlers: object; memory(): number };

/** Answers messages; give each one that arrives to the function that is returned. */
export function serve(outlet: Outlet, openSource: OpenSource, start: StartRole): (message: ToWorker) => void {
  const caller = callerOf(outlet);
  const cancelled = new Set<number>();
  const running = new Set<number>();
  let handlers: Record<string, AnyHandler> | undefined;
  let memory: (() => number) | undefined;

  const fail = (thrown: unknown) => {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const full =
      (memory?.() ?? 0) >= MEMORY_FULL ||
      /memory|allocation/i.test(thrown instanceof RangeError ? reason : "");
    outlet.post({ fatal: workerDied(reason, full ? "out-of-memory" : "worker-died").toJSON() }, []);
  };

  const run = async (id: number, op: string, params: object) => {
    running.add(id);
    let last = performance.now();
    const task: Task = {
      check() {
        if (cancelled.has(id)) throw abortedError();
      },
      progress(bytes, total) {
        const now = performance.now();
        if (now - last < PROGRESS_MS) return;
        last = now;
        outlet.post({ id, bytes, total }, []);
      },
    };
    try {
      const handler = handlers?.[op];
      if (!handler)
        throw new LayerglassError({
          kind: "invalid",
          code: "operation",
          message: `this worker has no operation "${op}"`,
        });
      const { value, transfer = [] } = await handler(params, task);
      outlet.post({ id, value }, transfer);
    } catch (thrown) {
      if (isTrap(thrown)) fail(thrown);
      else outlet.post({ id, error: toError(thrown).toJSON() }, []);
    } finally {
      running.delete(id);
      cancelled.delete(id);
    }
  };

  return (message) => {
    if ("pulled" in message) caller.answer(message);
    else if ("cancel" in message) {
      if (running.has(message.cancel)) cancelled.add(message.cancel);
    } else if ("start" in message) {
      try {
        const started = start(message, (spec, limits) => openSource(spec, limits, caller.ask));
        memory = started.memory;
        handlers = started.handlers as Record<string, AnyHandler>;
      } catch (thrown) {
        fail(thrown);
      }
    } else void run(message.id, message.op, message.params);
  };
}

/** Bytes that the caller's thread reads for this one. */
function callerOf(outlet: Outlet): { ask: AskCaller; answer(message: Pulled): void } {
  const asked = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: unknown): void }>();
  let next = 0;
  return {
    ask: (file, offset, length, reader) =>
      new Promise((resolve, reject) => {
        const pull = next++;
        asked.set(pull, { resolve, reject });
        outlet.post({ pull, file, offset, length, reader }, []);
      }),
    answer(message) {
      const waiting = asked.get(message.pulled);
      asked.delete(message.pulled);
      if ("error" in message) waiting?.reject(LayerglassError.from(message.error));
      else waiting?.resolve(message.bytes);
    },
  };
}
