import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Archive, ErrorData, Size } from "../../archive.js";
import { errorData } from "../format/error.js";

/** How far a piece of work on an image is. */
export type Work<T> =
  | { readonly state: "running"; readonly bytes: number; readonly total: number | undefined }
  | { readonly state: "done"; readonly value: T }
  | { readonly state: "stopped" }
  | { readonly state: "failed"; readonly error: ErrorData };

/** How work is followed and ended. */
export interface WorkOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly bytes: Size; readonly total?: Size }) => void;
}

/** Progress is shown at most this often, in milliseconds. */
const TELL_EVERY = 100;

/**
 * Work that is done once for each image when it is first asked for, and kept as long as its element: results of other images
 * stay, and what is under way goes on while another view is shown.
 */
export class ImageWork<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #compute: (archive: Archive, image: number, options: WorkOptions) => Promise<T>;
  #archive: Archive | undefined;
  #works = new Map<number, Work<T>>();
  #stops = new Map<number, AbortController>();

  constructor(
    host: ReactiveControllerHost,
    compute: (archive: Archive, image: number, options: WorkOptions) => Promise<T>,
  ) {
    this.#host = host;
    this.#compute = compute;
    host.addController(this);
  }

  hostConnected(): void {}

  /** How the work on an image stands. Nothing when it was never begun. */
  of(archive: Archive, image: number): Work<T> | undefined {
    this.#follow(archive);
    return this.#works.get(image);
  }

  /** Begins the work unless it was begun before. */
  ensure(archive: Archive, image: number): void {
    if (!this.of(archive, image)) void this.begin(archive, image);
  }

  /** Begins the work anew. */
  async begin(archive: Archive, image: number): Promise<void> {
    this.#follow(archive);
    this.#stops.get(image)?.abort();
    const stop = new AbortController();
    this.#stops.set(image, stop);
    const isCurrent = () => this.#stops.get(image) === stop;
    let told = 0;
    this.#set(image, { state: "running", bytes: 0, total: undefined });
    try {
      const value = await this.#compute(archive, image, {
        signal: stop.signal,
        onProgress: ({ bytes, total }) => {
          const now = performance.now();
          if (!isCurrent() || now - told < TELL_EVERY) return;
          told = now;
          this.#set(image, {
            state: "running",
            bytes: Number(bytes),
            total: total === undefined ? undefined : Number(total),
          });
        },
      });
      if (isCurrent()) this.#set(image, { state: "done", value });
    } catch (thrown) {
      const error = errorData(thrown);
      if (isCurrent())
        this.#set(image, error.kind === "aborted" ? { state: "stopped" } : { state: "failed", error });
    }
  }

  /** Ends the work on an image at once: what may still come of it is nobody's. */
  stop(image: number): void {
    const stop = this.#stops.get(image);
    this.#stops.delete(image);
    stop?.abort();
    if (this.#works.get(image)?.state === "running") this.#set(image, { state: "stopped" });
  }

  #set(image: number, work: Work<T>): void {
    this.#works.set(image, work);
    this.#host.requestUpdate();
  }

  #follow(archive: Archive): void {
    if (archive === this.#archive) return;
    this.#archive = archive;
    for (const stop of this.#stops.values()) stop.abort();
    this.#stops = new Map();
    this.#works = new Map();
  }
}
