/** Operations of a worker that runs jobs: it has opened the archive for itself, and works piece by piece. */
import type { SourceSpec, TreeOperations } from "../../archive/protocol.js";
import type { Module } from "../../bindings.js";
import { LayerglassError } from "../../error.js";
import type { Limits } from "../../types.js";
import type { Handlers, StartRole, Task, Workshop } from "../../worker/serve.js";
import type { ByteSource } from "../../worker/source.js";
import type { JobArchiveHandle, JobBindings, JobHandle } from "../bindings.js";
import type { JobOperations, JobSpec } from "../protocol.js";
import { type Job, startJob } from "./job.js";
import { type OpenedArchive, openArchive } from "./opening.js";
import type { OpenSpool } from "./spool.js";

/** What a module can do. */
export interface Trade<Bindings> {
  readonly module: Module<Bindings>;
  /** Begins a job with an archive that was opened, and another one where the work is on two. */
  begin(wasm: Bindings, spec: JobSpec, archive: JobArchiveHandle, other?: JobArchiveHandle): JobHandle;
  /** Begins one that has a source of its own. */
  beginAlone?(wasm: Bindings, parts: readonly object[], options: object): JobHandle;
  /** Makes plain data of what a job came to, where it is not. */
  plain?(report: unknown): unknown;
  /** An archive is let go of. */
  forget?(archive: JobArchiveHandle): void;
  /** Operations of this module alone. */
  readonly handlers?: object;
}

/** The role of a module, with the runtime's own way to keep bytes aside. */
export const startJobRole =
  <Bindings extends JobBindings>(trade: Trade<Bindings>, openSpool: OpenSpool): StartRole =>
  ({ module }, openSource) => {
    const started = trade.module.initSync({ module });
    const memory = () => started.memory.buffer.byteLength;
    const session = new JobSession(trade, { wasm: trade.module.bindings, openSource, memory }, openSpool);
    const handlers: Handlers<Omit<JobOperations, keyof TreeOperations>> = {
      open: async ({ source, limits }, task) => ({ value: await session.open(source, limits, task) }),
      close: async ({ archive }) => ({ value: await session.close(archive) }),
      begin: async ({ job }) => ({ value: await session.begin(job) }),
      next: async ({ job, answer }, task) => {
        const piece = await session.job(job).next(answer, task);
        if ("bytes" in piece) return { value: piece, transfer: [piece.bytes.buffer as ArrayBuffer] };
        return { value: "report" in piece && trade.plain ? { report: trade.plain(piece.report) } : piece };
      },
      end: async ({ job }) => ({ value: await session.end(job) }),
      use: async () => ({ value: { memory: memory(), read: session.read } }),
    };
    return { handlers: { ...handlers, ...trade.handlers }, memory };
  };

class JobSession<Bindings extends JobBindings> {
  /** Bytes read of the archives. */
  read = 0;
  readonly #trade: Trade<Bindings>;
  readonly #workshop: Workshop<Bindings>;
  readonly #openSpool: OpenSpool;
  readonly #archives = new Map<number, OpenedArchive>();
  #nextArchive = 0;
  readonly #jobs = new Map<number, Job>();
  #nextJob = 0;

  constructor(trade: Trade<Bindings>, workshop: Workshop<Bindings>, openSpool: OpenSpool) {
    this.#trade = trade;
    this.#workshop = workshop;
    this.#openSpool = openSpool;
  }

  async open(spec: SourceSpec, limits: Limits | undefined, task: Task): Promise<number> {
    const number = this.#nextArchive++;
    const source = this.#counted(await this.#workshop.openSource(spec, limits));
    const opened = await openArchive(this.#workshop.wasm, source, limits, task, this.#openSpool);
    this.#archives.set(number, opened);
    return number;
  }

  async close(number: number): Promise<undefined> {
    const found = this.#archives.get(number);
    this.#archives.delete(number);
    if (!found) return;
    this.#trade.forget?.(found.archive);
    found.archive.free();
    await found.source.close();
  }

  async begin(spec: JobSpec): Promise<number> {
    const job = spec.alone ? await this.#beginAlone(spec, spec.alone) : this.#begin(spec);
    this.#jobs.set(this.#nextJob, job);
    return this.#nextJob++;
  }

  job(job: number): Job {
    const found = this.#jobs.get(job);
    if (found) return found;
    throw new LayerglassError({ kind: "aborted", code: "closed", message: "the work has ended" });
  }

  async end(job: number): Promise<undefined> {
    const found = this.#jobs.get(job);
    this.#jobs.delete(job);
    await found?.end();
  }

  #begin(spec: JobSpec): Job {
    const own = this.#opened(0);
    const other = spec.other === undefined ? undefined : this.#opened(spec.other);
    const handle = this.#trade.begin(this.#workshop.wasm, spec, own.archive, other?.archive);
    return startJob(handle, { source: own.source, ...(other && { other: other.source }) }, async () => {});
  }

  #opened(archive: number): OpenedArchive {
    const found = this.#archives.get(archive);
    if (found) return found;
    throw new LayerglassError({ kind: "invalid", code: "not-open", message: "the archive is not open" });
  }

  async #beginAlone(
    { kind, options }: JobSpec,
    { parts, source: spec }: NonNullable<JobSpec["alone"]>,
  ): Promise<Job> {
    const { wasm, openSource } = this.#workshop;
    const handle = this.#trade.beginAlone?.(wasm, parts, options);
    if (!handle)
      throw new LayerglassError({
        kind: "invalid",
        code: "argument",
        message: `there is no work "${kind}" without an archive`,
      });
    const source = await openSource(spec, undefined).catch((thrown: unknown) => {
      handle.free();
      throw thrown;
    });
    return startJob(handle, { source }, () => source.close());
  }

  #counted(source: ByteSource): ByteSource {
    const count = (bytes: Uint8Array) => {
      this.read += bytes.length;
      return bytes;
    };
    return {
      ...(source.paths && { paths: source.paths }),
      sizes: source.sizes,
      read: async (...range) => count(await source.read(...range)),
      async *chunks(...range) {
        for await (const chunk of source.chunks(...range)) yield count(chunk);
      },
      range: (...range) => source.range(...range),
      close: () => source.close(),
    };
  }
}
