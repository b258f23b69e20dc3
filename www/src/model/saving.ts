import type { Archive, ErrorData } from "layerglass/archive";
import type { Wanted } from "layerglass/elements";
import { errorData, saveWanted } from "layerglass/elements/kit";
import type { RepackReport } from "layerglass/transfer";

/** One file that is being saved, or was. */
export interface Saving {
  readonly id: number;
  readonly name: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  /** Bytes that were written so far. */
  readonly bytes: number;
  /** Did the user choose the place, so that it is known where the file is? */
  readonly chosen: boolean;
  readonly error?: ErrorData;
  /** What is worked on before the first bytes come. */
  readonly doing?: string;
  /** What became of an image that was made anew. */
  readonly report?: RepackReport;
}

/** Saves parts of the opened file, each as a stream: no more of it is in memory than is on its way. */
export class Saver {
  /** The newest last. */
  savings: readonly Saving[] = [];
  readonly #stops = new Map<number, AbortController>();
  #count = 0;

  constructor(private readonly changed: () => void) {}

  /** Saves something under a name. Call it in answer to a click: browsers ask for a place only then. */
  async save(archive: Archive, wanted: Wanted, name: string): Promise<void> {
    const id = this.#count;
    this.#count += 1;
    const stop = new AbortController();
    this.#stops.set(id, stop);
    this.savings = [...this.savings, { id, name, state: "running", bytes: 0, chosen: false }];
    this.changed();
    try {
      const { way, bytes, report } = await saveWanted(archive, wanted, name, {
        signal: stop.signal,
        onProgress: (written) => this.#update(id, { bytes: written }),
        onStep: (doing) => this.#update(id, { doing }),
      });
      this.#update(id, { state: "done", bytes, chosen: way === "picker", ...(report && { report }) });
    } catch (thrown) {
      const error = errorData(thrown);
      this.#update(id, error.kind === "aborted" ? { state: "stopped" } : { state: "failed", error });
    } finally {
      this.#stops.delete(id);
    }
  }

  /** Ends one that is under way. Nothing of it is kept. */
  stop(id: number): void {
    this.#stops.get(id)?.abort();
  }

  /** Takes one that has ended off the list. */
  dismiss(id: number): void {
    this.savings = this.savings.filter((saving) => saving.id !== id);
    this.changed();
  }

  /** Ends all: the file they come from is closed. */
  reset(): void {
    for (const stop of this.#stops.values()) stop.abort();
    this.savings = [];
    this.changed();
  }

  #update(id: number, part: Partial<Saving>): void {
    this.savings = this.savings.map((saving) => (saving.id === id ? { ...saving, ...part } : saving));
    this.changed();
  }
}
