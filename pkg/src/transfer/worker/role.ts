/** Operations of the worker that moves images: it has opened the archive for itself, and runs jobs piece by piece. */
import type { SourceSpec } from "../../archive/protocol.js";
import { LayerglassError } from "../../error.js";
import { transferModule } from "../../transfer-module.js";
import type { Limits } from "../../types.js";
import type { Handlers, StartRole, Task, Workshop } from "../../worker/serve.js";
import type { ByteSource } from "../../worker/source.js";
import type { TransferBindings, TransferHandle } from "../bindings.js";
import type { JobSpec, TransferOperations } from "../protocol.js";
import { type Job, startJob } from "./job.js";
import { openArchive } from "./opening.js";
import type { OpenSpool } from "./spool.js";

/** The role, with the runtime's own way to keep bytes aside. */
export const startTransferRole =
  (openSpool: OpenSpool): StartRole =>
  ({ module }, openSource) => {
    const started = transferModule.initSync({ module });
    const memory = () => started.memory.buffer.byteLength;
    const session = new TransferSession({ wasm: transferModule.bindings, openSource, memory }, openSpool);
    const handlers: Handlers<TransferOperations> = {
      open: async ({ source, limits }, task) => ({ value: await session.open(source, limits, task) }),
      addScan: async ({ layer, bytes }) => ({ value: session.archive.addScan(layer, bytes) as undefined }),
      begin: async ({ job }) => ({ value: await session.begin(job) }),
      next: async ({ job, answer }, task) => {
        const piece = await session.job(job).next(answer, task);
        return { value: piece, transfer: "bytes" in piece ? [piece.bytes.buffer as ArrayBuffer] : [] };
      },
      end: async ({ job }) => ({ value: await session.end(job) }),
      use: async () => ({ value: { memory: memory(), read: session.read } }),
    };
    return { handlers, memory };
  };

class TransferSession {
  /** Bytes read of the archive. */
  read = 0;
  readonly #workshop: Workshop<TransferBindings>;
  readonly #openSpool: OpenSpool;
  readonly #jobs = new Map<number, Job>();
  #next = 0;
  #archive: TransferHandle | undefined;
  #source: ByteSource | undefined;

  constructor(workshop: Workshop<TransferBindings>, openSpool: OpenSpool) {
    this.#workshop = workshop;
    this.#openSpool = openSpool;
  }

  get archive(): TransferHandle {
    if (this.#archive) return this.#archive;
    throw new LayerglassError({ kind: "invalid", code: "not-open", message: "the archive is not open" });
  }

  async open(spec: SourceSpec, limits: Limits | undefined, task: Task): Promise<undefined> {
    const source = this.#counted(await this.#workshop.openSource(spec, limits));
    const opened = await openArchive(this.#workshop.wasm, source, limits, task, this.#openSpool);
    this.#archive = opened.archive;
    this.#source = opened.source;
  }

  async begin(spec: JobSpec): Promise<number> {
    const { wasm, openSource } = this.#workshop;
    let job: Job;
    if ("images" in spec) {
      const handle = wasm.saveJob(spec.images, spec.options);
      const source = await openSource(spec.source, undefined).catch((thrown: unknown) => {
        handle.free();
        throw thrown;
      });
      job = startJob(handle, source, () => source.close());
    } else {
      const handle = this.archive.job(spec.kind, spec.options);
      job = startJob(handle, this.#source as ByteSource, async () => {});
    }
    this.#jobs.set(this.#next, job);
    return this.#next++;
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
