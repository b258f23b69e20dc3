import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ErrorData } from "../../archive.js";
import { type Archive, openArchive } from "../../archive.js";
import { errorData } from "../format/error.js";

/** A file that is opened beside the one that is shown, and how far that is. */
export type SecondFile =
  | { readonly state: "opening"; readonly name: string; readonly bytes: number; readonly total: number }
  | {
      readonly state: "scanning";
      readonly name: string;
      readonly archive: Archive;
      readonly bytes: number;
      readonly total: number;
    }
  | { readonly state: "open"; readonly name: string; readonly archive: Archive }
  | { readonly state: "failed"; readonly name: string; readonly error: ErrorData };

/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 100;

/** Opens and scans one file at a time beside the one that is shown. It is closed with its element. */
export class SecondFileController implements ReactiveController {
  /** None until one is opened, and after one was cancelled. */
  file: SecondFile | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #opened: (archive: Archive) => void;
  #work = new AbortController();
  #told = 0;

  /** `opened` is told when the file can be compared. */
  constructor(host: ReactiveControllerHost, opened: (archive: Archive) => void) {
    this.#host = host;
    this.#opened = opened;
    host.addController(this);
  }

  hostConnected(): void {}

  /** What is opened, once its images are known. */
  get archive(): Archive | undefined {
    return this.file && "archive" in this.file ? this.file.archive : undefined;
  }

  /** Opens a file in place of the one before. */
  async open(file: File): Promise<void> {
    this.close();
    const work = this.#work;
    const { name } = file;
    this.#show({ state: "opening", name, bytes: 0, total: file.size });
    let archive: Archive | undefined;
    try {
      archive = await openArchive(file, {
        name,
        signal: work.signal,
        onProgress: ({ bytes, total = 0 }) =>
          this.#tell(work, { state: "opening", name, bytes: Number(bytes), total: Number(total) }),
      });
      if (work.signal.aborted) return archive.close();
      const scanned = archive;
      const total = scanned.data.layers.reduce((sum, layer) => sum + Number(layer.storedSize), 0);
      this.#show({ state: "scanning", name, archive: scanned, bytes: 0, total });
      await scanned.scan({
        signal: work.signal,
        onProgress: ({ bytes, total = 0 }) =>
          this.#tell(work, {
            state: "scanning",
            name,
            archive: scanned,
            bytes: Number(bytes),
            total: Number(total),
          }),
      });
      if (work.signal.aborted) return archive.close();
      this.#show({ state: "open", name, archive });
      this.#opened(archive);
    } catch (thrown) {
      archive?.close();
      if (!work.signal.aborted) this.#show({ state: "failed", name, error: errorData(thrown) });
    }
  }

  /** Ends what is under way and lets go of the file. */
  close(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.archive?.close();
    this.#show(undefined);
  }

  #show(file: SecondFile | undefined): void {
    this.file = file;
    this.#host.requestUpdate();
  }

  #tell(work: AbortController, file: SecondFile): void {
    const now = performance.now();
    if (work.signal.aborted || now - this.#told < TELL_EVERY) return;
    this.#told = now;
    this.#show(file);
  }
}
