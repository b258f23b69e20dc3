/** The workers of one archive, seen from the caller's thread. */
import { LayerglassError, throwIfAborted, toError } from "../error.js";
import type { ArchiveData, Limits } from "../types.js";
import { type ReadHere, WorkerClient } from "./client.js";
import type { Input } from "./input.js";
import { Matching } from "./matching.js";
import type { ContentsHash, CreateWorker, WorkerLike, WorkerRole } from "./options.js";
import type { Platform } from "./platform.js";
import { WorkerPool } from "./pool.js";
import { workerDied } from "./port.js";
import type {
  MatchOperations,
  Operations,
  ScanOperations,
  SessionOperations,
  SourceSpec,
} from "./protocol.js";
import { pump } from "./pump.js";

/** What a session is made with. */
export interface SessionOptions {
  readonly limits?: Limits;
  readonly contents: ContentsHash;
  readonly workers: number;
  readonly filterMilliseconds: number;
  readonly createWorker?: CreateWorker;
}

/** Expressions that are matched at a time, for several trees. */
const MATCHERS = 2;

/** How one opening is followed. */
export interface Watch {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number, total: number | undefined) => void;
}

/** What reads the same source in other workers. */
export interface Reading {
  readonly source: SourceSpec;
  readonly readHere?: ReadHere;
  readonly limits?: Limits;
}

/** Holds the session worker and the pool; opens the archive anew when the session worker has died. */
export class Session {
  readonly options: SessionOptions;
  readonly pool: WorkerPool<ScanOperations>;
  /** Matches paths of trees, of those in other workers too. */
  readonly matching: Matching;
  readonly #platform: Platform;
  #source: SourceSpec | undefined;
  #readHere: ReadHere | undefined;
  #worker: WorkerClient<SessionOperations> | undefined;
  #reopening: Promise<WorkerClient<SessionOperations>> | undefined;
  #closed: LayerglassError | undefined;
  /** What else ends with this session. */
  readonly #others = new Set<{ end(error: LayerglassError): void }>();

  /** Called with the archive's data after it had to be opened anew. */
  onReopened: (data: ArchiveData) => void = () => {};

  constructor(platform: Platform, options: SessionOptions) {
    this.#platform = platform;
    this.options = options;
    this.pool = new WorkerPool(options.workers, () => this.#start<ScanOperations>("scan"));
    const matchers = new WorkerPool(MATCHERS, () => this.#start<MatchOperations>("match"));
    this.matching = new Matching(matchers, options.filterMilliseconds);
  }

  /** Opens the archive for the first time. */
  async open(input: Input, watch: Watch): Promise<ArchiveData> {
    if (!input.stream) this.#source = this.#readable(input.source);
    const worker = await this.#startSession();
    throwIfAborted(watch.signal);
    if (!input.stream) return this.#openSource(worker, this.#source as SourceSpec, watch);
    const { limits, contents } = this.options;
    return pump(worker, input.stream, {
      limits,
      contents,
      signal: watch.signal,
      onBytes: (bytes) => watch.onBytes?.(bytes, undefined),
    });
  }

  /** The session worker, alive. */
  async worker(): Promise<WorkerClient<SessionOperations>> {
    if (this.#closed) throw this.#closed;
    const worker = this.#worker;
    if (worker && !worker.ended && !this.#reopening) return worker;
    this.#reopening ??= this.#reopen().finally(() => (this.#reopening = undefined));
    return this.#reopening;
  }

  /** What other workers read the archive with; a stream that has been read cannot be. */
  reading(): Reading {
    if (this.#closed) throw this.#closed;
    const source = this.#source;
    if (!source) {
      const message = "the stream has been read: only what can be read again can be taken out of";
      throw new LayerglassError({ kind: "unsupported", code: "stream-consumed", message });
    }
    const { limits } = this.options;
    const readHere = this.#readHere;
    return { source, ...(limits && { limits }), ...(readHere && { readHere }) };
  }

  /** What a scan found of a stored layer, for others that read the archive; nothing when it has not been scanned. */
  async scanOf(layer: number): Promise<Uint8Array | undefined> {
    return (await this.worker()).request("scanOf", { layer });
  }

  /** Ends something else with this session. */
  endsWith(other: { end(error: LayerglassError): void }): void {
    if (this.#closed) other.end(this.#closed);
    else this.#others.add(other);
  }

  /** Ends all workers; requests that wait fail with `error`. */
  close(error: LayerglassError): void {
    this.#closed ??= error;
    for (const other of this.#others) other.end(error);
    this.#others.clear();
    this.#worker?.end(error);
    this.pool.close(error);
    this.matching.close(error);
  }

  /** The source, as the workers of this runtime can read it. */
  #readable(source: SourceSpec): SourceSpec {
    if (this.#platform.workersReadBlobs || (source.type !== "blob" && source.type !== "blobs")) return source;
    const blobs = source.type === "blob" ? [source.blob] : source.blobs;
    this.#readHere = async (file, offset, length) => {
      const slice = blobs[file]?.slice(offset, offset + length);
      return new Uint8Array((await slice?.arrayBuffer()) ?? new ArrayBuffer(0));
    };
    const sizes = blobs.map(({ size }) => size);
    return source.type === "blob"
      ? { type: "caller", sizes }
      : { type: "caller", paths: source.paths, sizes };
  }

  async #reopen(): Promise<WorkerClient<SessionOperations>> {
    const source = this.#source;
    if (!source) throw this.#worker?.ended ?? streamLost();
    const worker = await this.#startSession();
    try {
      this.onReopened(await this.#openSource(worker, source, {}));
    } catch (error) {
      // So that the next call tries again.
      worker.end(toError(error));
      throw error;
    }
    return worker;
  }

  #openSource(
    worker: WorkerClient<SessionOperations>,
    source: SourceSpec,
    { signal, onBytes }: Watch,
  ): Promise<ArchiveData> {
    const { limits, contents } = this.options;
    return worker.request("open", { source, limits, contents }, { signal, onProgress: onBytes });
  }

  async #startSession(): Promise<WorkerClient<SessionOperations>> {
    const worker = await this.#start<SessionOperations>("session");
    this.#worker = worker;
    // It may have been closed since the worker was made.
    if (this.#closed) worker.end(this.#closed);
    return worker;
  }

  async #start<Ops extends Operations<Ops>>(role: WorkerRole): Promise<WorkerClient<Ops>> {
    const module = await this.#platform.module();
    if (this.#closed) throw this.#closed;
    const create = this.options.createWorker ?? this.#platform.createWorker;
    let worker: WorkerLike;
    try {
      worker = create(role);
    } catch (thrown) {
      if (thrown instanceof LayerglassError) throw thrown;
      // Some browsers refuse at once what a Content-Security-Policy forbids.
      throw workerDied(thrown instanceof Error ? thrown.message : String(thrown));
    }
    return new WorkerClient<Ops>(worker, role, module, this.#readHere);
  }
}

function streamLost(): LayerglassError {
  return new LayerglassError({
    kind: "io",
    code: "worker-died",
    message: "a worker ended, and the stream cannot be read again",
  });
}
