/** Workers that run jobs, seen from the caller's thread. */
import type { Archive } from "../archive/archive.js";
import { type ReadHere, WorkerClient } from "../archive/client.js";
import type { WorkerLike, WorkerRole } from "../archive/options.js";
import { workerDied } from "../archive/port.js";
import type { Session } from "../archive/session.js";
import { LayerglassError, toError } from "../error.js";
import type { Place } from "./job.js";
import type { JobPlatform } from "./platform.js";
import type { JobOperations } from "./protocol.js";
import type { WorkerUse } from "./types.js";

export type JobClient = WorkerClient<JobOperations>;

/** The workers of one module. */
export class JobWorkers {
  readonly #role: WorkerRole;
  /** The workers that have opened archives, by what ends them. */
  readonly #opened = new WeakMap<Session, Promise<JobClient>>();
  /** What else they have opened. */
  readonly #others = new WeakMap<JobClient, WeakMap<Session, Promise<number>>>();
  #platform: JobPlatform | undefined;

  constructor(role: WorkerRole) {
    this.#role = role;
  }

  /** Names the platform. The entry that is loaded first decides. */
  use(platform: JobPlatform): void {
    this.#platform ??= platform;
  }

  get platform(): JobPlatform {
    if (this.#platform) return this.#platform;
    throw new Error(`the entry \`layerglass/${this.#role}\` has not been loaded`);
  }

  /** Starts a worker. */
  async start(readHere?: ReadHere): Promise<JobClient> {
    const { module, createWorker } = this.platform;
    const compiled = await module();
    let worker: WorkerLike;
    try {
      worker = createWorker();
    } catch (thrown) {
      if (thrown instanceof LayerglassError) throw thrown;
      // Some browsers refuse at once what a Content-Security-Policy forbids.
      throw workerDied(thrown instanceof Error ? thrown.message : String(thrown));
    }
    return new WorkerClient<JobOperations>(worker, this.#role, compiled, readHere);
  }

  /** The worker that has opened an archive, alive. It ends with the archive. */
  async of(archive: Archive): Promise<JobClient> {
    const { session } = archive;
    const found = await this.#opened.get(session)?.catch(() => undefined);
    if (found && !found.ended) return found;
    const { source, readHere, limits } = session.reading();
    const opening = (async () => {
      const worker = await this.start(readHere);
      session.endsWith(worker);
      try {
        await worker.request("open", { source, ...(limits && { limits }) });
      } catch (thrown) {
        // So that the next call tries again.
        worker.end(toError(thrown));
        throw thrown;
      }
      return worker;
    })();
    this.#opened.set(session, opening);
    return opening;
  }

  /** That worker as the place of a job, which is told what the archive's own scans found. */
  async placeOf(archive: Archive): Promise<Place> {
    const { session } = archive;
    return { worker: await this.of(archive), scanOf: (layer) => session.scanOf(layer) };
  }

  /** Another archive, opened in a worker that has one already: its number there. It is let go of when it is closed. */
  async openIn(worker: JobClient, archive: Archive): Promise<number> {
    const { session } = archive;
    const known = this.#others.get(worker) ?? new WeakMap<Session, Promise<number>>();
    this.#others.set(worker, known);
    const found = await known.get(session)?.catch(() => undefined);
    if (found !== undefined) return found;
    const { source, readHere, limits } = session.reading();
    const opening = worker.request("open", {
      source:
        readHere && source.type === "caller" ? { ...source, reader: worker.addReader(readHere) } : source,
      ...(limits && { limits }),
    });
    known.set(session, opening);
    const number = await opening;
    session.endsWith({
      end: () => void worker.request("close", { archive: number }).catch(() => {}),
    });
    return number;
  }

  /** What the worker of an archive has used; nothing when it has none. */
  async used(archive: Archive): Promise<WorkerUse> {
    const worker = await this.#opened.get(archive.session)?.catch(() => undefined);
    return worker && !worker.ended ? worker.request("use", {}) : { memory: 0, read: 0 };
  }
}
