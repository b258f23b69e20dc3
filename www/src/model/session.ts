import { type Archive, type ArchiveData, type ErrorData, openArchive } from "layerglass/archive";
import type { Progress, ScanState } from "layerglass/elements";
import { errorData } from "layerglass/elements/kit";
import { type Contents, hasReader, readContents } from "./contents.ts";
import type { Subject } from "./open.ts";

/** What the page is showing. */
export type Phase =
  | { readonly name: "start" }
  | { readonly name: "opening"; readonly subject: Subject; readonly progress: Progress }
  | { readonly name: "failed"; readonly subject: Subject; readonly error: ErrorData }
  | {
      readonly name: "open";
      readonly subject: Subject;
      readonly archive: Archive;
      readonly data: ArchiveData;
      readonly scan: ScanState;
      /** Grows whenever layers were scanned anew: trees made before are out of date. */
      readonly edition: number;
      /** Why a file without images could not be read further than its first bytes. */
      readonly problem?: ErrorData;
    }
  | { readonly name: "read"; readonly subject: Subject; readonly contents: Contents };

/** Progress is told at most this often, in milliseconds, so that telling it costs nothing. */
const TELL_EVERY = 80;

/** One opened file at a time: opens it, scans its layers, stops. Tells its owner of each change. */
export class Session {
  phase: Phase = { name: "start" };
  #work = new AbortController();
  #told = 0;

  constructor(private readonly changed: () => void) {}

  /** Opens something, in place of what was open, and scans its layers. */
  async open(subject: Subject): Promise<void> {
    const work = this.#begin();
    this.#show({ name: "opening", subject, progress: { bytes: 0, total: subject.size ?? 0 } });
    try {
      const archive = await openArchive(subject.input, {
        name: subject.name,
        signal: work.signal,
        onProgress: ({ bytes, total }) => {
          if (work === this.#work) this.#tell({ name: "opening", subject, progress: progress(bytes, total) });
        },
      });
      if (work !== this.#work) {
        archive.close();
        return;
      }
      const { data } = archive;
      let problem: ErrorData | undefined;
      if (hasReader(data)) {
        try {
          const contents = await readContents(subject, data.kind, work.signal);
          if (work === this.#work && contents) this.#show({ name: "read", subject, contents });
        } catch (thrown) {
          problem = errorData(thrown);
        }
        if (work !== this.#work || this.phase.name === "read") {
          archive.close();
          return;
        }
      }
      const total = data.layers.reduce((sum, layer) => sum + Number(layer.storedSize), 0);
      const scan: ScanState = { state: "running", progress: { bytes: 0, total }, contents: "xxh3" };
      this.#show({ name: "open", subject, archive, data, scan, edition: 0, ...(problem && { problem }) });
      await this.scan("xxh3");
    } catch (thrown) {
      if (work === this.#work && !(await this.#readOtherwise(subject, thrown, work)))
        this.fail(subject, thrown);
    }
  }

  /** Some files of machines have nothing at their start that tells what they are. True when somebody else has the page now. */
  async #readOtherwise(subject: Subject, thrown: unknown, work: AbortController): Promise<boolean> {
    if (errorData(thrown).code !== "not-an-image") return false;
    const contents = await readContents(subject, undefined, work.signal).catch(() => undefined);
    if (work === this.#work && contents) this.#show({ name: "read", subject, contents });
    return work !== this.#work || contents !== undefined;
  }

  /** Scans the layers that are not scanned, or all of them when their contents are to be compared otherwise. */
  async scan(contents: "xxh3" | "sha256"): Promise<void> {
    const { phase } = this;
    if (phase.name !== "open") return;
    const work = this.#restart();
    const { archive } = phase;
    const layers = archive.data.layers
      .filter((layer) => layer.state === "pending" || contents === "sha256")
      .map((layer) => layer.index);
    const running: ScanState = { state: "running", progress: { bytes: 0, total: 0 }, contents };
    const show = (scan: ScanState, edition = 0): void => {
      if (work !== this.#work || this.phase.name !== "open") return;
      this.#show({ ...this.phase, data: archive.data, scan, edition: this.phase.edition + edition });
    };
    if (layers.length === 0) {
      show({ ...running, state: "done" });
      return;
    }
    show(running);
    try {
      await archive.scan({
        layers,
        contents,
        signal: work.signal,
        onProgress: ({ bytes, total }) => {
          if (work !== this.#work || this.phase.name !== "open") return;
          this.#tell({ ...this.phase, scan: { ...running, progress: progress(bytes, total) } });
        },
        onLayer: () => {
          if (this.phase.name === "open") show(this.phase.scan, 1);
        },
      });
      show({ ...running, state: "done" }, 1);
    } catch (thrown) {
      const error = errorData(thrown);
      show(
        error.kind === "aborted" ? { ...running, state: "stopped" } : { ...running, state: "failed", error },
        1,
      );
    }
  }

  /** Stops what is going on. An opened file stays open, with what was scanned so far. */
  stop(): void {
    const { phase } = this;
    if (phase.name === "opening") {
      this.reset();
    } else if (phase.name === "open" && phase.scan.state === "running") {
      this.#work.abort();
      this.#show({ ...phase, data: phase.archive.data, scan: { ...phase.scan, state: "stopped" } });
    }
  }

  /** Shows why something could not be opened. */
  fail(subject: Subject, thrown: unknown): void {
    this.#show({ name: "failed", subject, error: errorData(thrown) });
  }

  /** What is open is kept in the library now. */
  keep(id: string): void {
    const { phase } = this;
    if (phase.name !== "start") this.#show({ ...phase, subject: { ...phase.subject, kept: id } });
  }

  /** Closes what is open. */
  reset(): void {
    this.#begin();
    this.#show({ name: "start" });
  }

  #begin(): AbortController {
    const work = this.#restart();
    if (this.phase.name === "open") this.phase.archive.close();
    return work;
  }

  #restart(): AbortController {
    this.#work.abort();
    this.#work = new AbortController();
    return this.#work;
  }

  #show(phase: Phase): void {
    this.phase = phase;
    this.changed();
  }

  #tell(phase: Phase): void {
    this.phase = phase;
    const now = performance.now();
    if (now - this.#told < TELL_EVERY) return;
    this.#told = now;
    this.changed();
  }
}

function progress(bytes: number, total = 0): Progress {
  return { bytes, total };
}
