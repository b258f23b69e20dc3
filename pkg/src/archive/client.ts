/**
 * Requests to one worker. Written by hand because a request here must end when its worker dies or its caller aborts, must
 * report progress, and must keep Node running only while it waits.
 */
import { abortedError, LayerglassError, throwIfAborted } from "../error.js";
import type { WorkerLike, WorkerRole } from "./options.js";
import { connect, type Port } from "./port.js";
import type { FromWorker, Operations } from "./protocol.js";

/** Extras of one request. */
export interface RequestOptions {
  readonly transfer?: Transferable[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
}

interface Pending {
  /** Stops listening to the caller's signal. */
  forget(): void;
  resolve(value: unknown): void;
  reject(error: LayerglassError): void;
  progress?: (bytes: number, total: number | undefined) => void;
}

/** The caller's side of a worker that answers the operations `Ops`. */
export class WorkerClient<Ops extends Operations<Ops>> {
  readonly #port: Port;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #ended: LayerglassError | undefined;

  constructor(worker: WorkerLike, role: WorkerRole, module: WebAssembly.Module) {
    this.#port = connect(worker, {
      message: (message) => this.#receive(message),
      died: (error) => this.end(error),
    });
    this.#port.keepAlive(false);
    this.#port.post({ start: role, module });
  }

  /** Why the worker is gone, once it is. */
  get ended(): LayerglassError | undefined {
    return this.#ended;
  }

  /** Asks for one operation. */
  request<Op extends keyof Ops & string>(
    op: Op,
    params: Ops[Op]["params"],
    options: RequestOptions = {},
  ): Promise<Ops[Op]["result"]> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const { signal } = options;
      throwIfAborted(signal);
      const id = this.#next++;
      const abort = () => {
        this.#settle(id)?.reject(abortedError(signal?.reason));
        this.#port.post({ cancel: id });
      };
      const forget = () => signal?.removeEventListener("abort", abort);
      this.#pending.set(id, {
        resolve: (value) => resolve(value as Ops[Op]["result"]),
        reject,
        forget,
        progress: options.onProgress,
      });
      signal?.addEventListener("abort", abort, { once: true });
      this.#port.keepAlive(true);
      try {
        this.#port.post({ id, op, params }, options.transfer);
      } catch (thrown) {
        // Something in the parameters cannot be sent.
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        this.#settle(id)?.reject(
          new LayerglassError({ kind: "invalid", code: "argument", message }, { cause: thrown }),
        );
      }
    });
  }

  /** Ends the worker; what it was asked and has not answered fails with `error`. */
  end(error: LayerglassError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#port.terminate();
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }

  #receive(message: FromWorker): void {
    if ("fatal" in message) this.end(LayerglassError.from(message.fatal));
    else if ("bytes" in message) this.#pending.get(message.id)?.progress?.(message.bytes, message.total);
    else if ("error" in message) this.#settle(message.id)?.reject(LayerglassError.from(message.error));
    else this.#settle(message.id)?.resolve(message.value);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.forget();
    if (this.#pending.size === 0 && !this.#ended) this.#port.keepAlive(false);
    return pending;
  }
}
