/**
 * Requests to one worker. Written by hand because a request here must end when its worker dies or its caller aborts, must
 * report progress, and must keep Node running only while it waits.
 */
import type { CompiledModule } from "../engine.js";
import { abortedError, LayerglassError, throwIfAborted, toError } from "../error.js";
import type { WorkerLike, WorkerRole } from "./options.js";
import { connect, type Port } from "./port.js";
import type { FromWorker, Operations, Pull } from "./protocol.js";

/** Extras of one request. */
export interface RequestOptions {
  readonly transfer?: ArrayBuffer[];
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

/** Reads for workers what only the caller's thread can read. */
export type ReadHere = (file: number, offset: number, length: number) => Promise<Uint8Array>;

/** The caller's side of a worker that answers the operations `Ops`. */
export class WorkerClient<Ops extends Operations<Ops>> {
  readonly #port: Port;
  readonly #readers: (ReadHere | undefined)[];
  readonly #pending = new Map<number, Pending>();
  /** Requests whose caller has gone while the worker is still at them. */
  readonly #abandoned = new Set<number>();
  #whenDrained: (() => void)[] = [];
  #next = 0;
  #ended: LayerglassError | undefined;

  constructor(worker: WorkerLike, role: WorkerRole, module: CompiledModule, readHere?: ReadHere) {
    this.#readers = [readHere];
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

  /** Reads another source for the worker; its number is for the source's description. */
  addReader(readHere: ReadHere): number {
    return this.#readers.push(readHere) - 1;
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
        this.#abandoned.add(id);
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
        const cause = { cause: thrown };
        this.#settle(id)?.reject(new LayerglassError({ kind: "invalid", code: "argument", message }, cause));
      }
    });
  }

  /** Waits until the worker has let go of everything that was aborted, or is gone. */
  async drained(): Promise<void> {
    if (this.#abandoned.size > 0) await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends the worker; what it was asked and has not answered fails with `error`. */
  end(error: LayerglassError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#port.terminate();
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
    this.#abandoned.clear();
    this.#tellDrained();
  }

  #receive(message: FromWorker): void {
    if ("fatal" in message) this.end(LayerglassError.from(message.fatal));
    else if ("pull" in message) void this.#serve(message);
    else if ("bytes" in message) this.#pending.get(message.id)?.progress?.(message.bytes, message.total);
    else {
      if (this.#abandoned.delete(message.id) && this.#abandoned.size === 0) this.#tellDrained();
      const pending = this.#settle(message.id);
      if ("error" in message) pending?.reject(LayerglassError.from(message.error));
      else pending?.resolve(message.value);
    }
  }

  /** Reads what the worker has asked for. */
  async #serve({ pull, file, offset, length, reader }: Pull): Promise<void> {
    try {
      const bytes = await this.#readers[reader]?.(file, offset, length);
      if (!bytes)
        throw new LayerglassError({ kind: "io", code: "read-failed", message: "nothing to read from" });
      this.#port.post({ pulled: pull, bytes }, [bytes.buffer as ArrayBuffer]);
    } catch (thrown) {
      this.#port.post({ pulled: pull, error: toError(thrown).toJSON() });
    }
  }

  #tellDrained(): void {
    for (const resolve of this.#whenDrained) resolve();
    this.#whenDrained = [];
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.forget();
    const idle = this.#pending.size + this.#abandoned.size === 0;
    if (idle && !this.#ended) this.#port.keepAlive(false);
    return pending;
  }
}
