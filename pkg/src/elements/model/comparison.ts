import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Archive, ImageData, Size } from "../../archive.js";
import type { ComparisonData } from "../../inspect/types.js";
import type { Comparison } from "../../inspect.js";
import { errorData } from "../format/error.js";
import { humanSize } from "../format/size.js";
import type { Work } from "./work.js";

/** One image of a comparison. */
export interface Side {
  readonly archive: Archive;
  readonly image: number;
}

/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 100;

/** Compares two images, one pair at a time; what was found of the pair before is let go of. */
export class ComparisonController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #work: Work<Comparison> | undefined;
  #stop = new AbortController();
  #sides: readonly [Side, Side] | undefined;
  #told = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  /** How the comparison stands; none before the first. */
  get work(): Work<Comparison> | undefined {
    return this.#work;
  }

  /** Compares two images unless that is what was done last. */
  ensure(before: Side, after: Side): void {
    const known = this.#sides;
    if (known && same(known[0], before) && same(known[1], after)) return;
    void this.begin(before, after);
  }

  /** Compares two images. */
  async begin(before: Side, after: Side): Promise<void> {
    this.close();
    const stop = this.#stop;
    this.#sides = [before, after];
    this.#set({ state: "running", bytes: 0, total: undefined });
    try {
      const { compareImages } = await import("../../inspect.js");
      const comparison = await compareImages(before, after, {
        packages: true,
        signal: stop.signal,
        onProgress: ({ bytes, total }) => {
          const now = performance.now();
          if (stop.signal.aborted || now - this.#told < TELL_EVERY) return;
          this.#told = now;
          this.#set({
            state: "running",
            bytes: Number(bytes),
            total: total === undefined ? undefined : Number(total),
          });
        },
      });
      if (stop !== this.#stop) return comparison.close();
      this.#set({ state: "done", value: comparison });
    } catch (thrown) {
      if (stop === this.#stop) this.#set({ state: "failed", error: errorData(thrown) });
    }
  }

  /** Does again what was done last. */
  again(): void {
    if (this.#sides) void this.begin(...this.#sides);
  }

  /** Ends what is under way; that it was is told. */
  stop(): void {
    if (this.#work?.state !== "running") return;
    // Modules that are on their way are not waited for: what comes later is let go of.
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#set({ state: "stopped" });
  }

  /** Ends what is under way and lets go of what was found. */
  close(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    if (this.#work?.state === "done") this.#work.value.close();
    this.#work = undefined;
    this.#sides = undefined;
  }

  #set(work: Work<Comparison>): void {
    this.#work = work;
    this.#host.requestUpdate();
  }
}

function same(a: Side, b: Side): boolean {
  return a.archive === b.archive && a.image === b.image;
}

/** Whether an image has files that can be compared. */
export function isComparable({ role, presence }: ImageData): boolean {
  return (role === "image" || role === "rootfs") && presence === "complete";
}

/** Whether nothing at all differs. */
export function isSame({ config, history, files, packages }: ComparisonData): boolean {
  return (
    config.length === 0 &&
    history.every(({ change }) => change === "same") &&
    files.added + files.removed + files.changed + files.metadata === 0 &&
    (packages?.length ?? 0) === 0
  );
}

/** By how many bytes something grew: `+1.2 MB`, `−3 kB`, or `same`. */
export function growth(before: Size, after: Size): string {
  const by = BigInt(after) - BigInt(before);
  if (by === 0n) return "same";
  return by > 0n ? `+${humanSize(by)}` : `−${humanSize(-by)}`;
}
