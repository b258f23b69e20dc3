import { humanSize } from "layerglass/elements/kit";
import type { KeptRecord } from "../library/record.ts";
import { type About, NoRoom, room, Shelf } from "../library/shelf.ts";
import type { Subject } from "./open.ts";

/** What is being kept, or was to be. */
export interface Keeping {
  readonly name: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly bytes: number;
  readonly total: number;
  /** Why it failed. */
  readonly problem?: string;
  /** The browser has promised not to clear it by itself. */
  readonly persisted?: boolean;
}

/** What the page uses of the room that the browser lets it have. */
export interface Room {
  readonly usage: number;
  readonly quota: number;
  readonly persisted: boolean;
}

/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 80;

/** The images that are kept in this browser because somebody asked for it. Tells its owner of each change. */
export class Library {
  /** Whether this browser can keep anything; not known before it was asked. */
  isUsable = false;
  entries: readonly KeptRecord[] = [];
  room: Room | undefined;
  keeping: Keeping | undefined;
  /** Why something could not be removed. */
  problem = "";
  #shelf: Promise<Shelf | undefined> | undefined;
  #stop: AbortController | undefined;
  #others: BroadcastChannel | undefined;

  constructor(private readonly changed: () => void) {}

  /** Looks what is kept, and sweeps what a closed tab left behind. */
  async load(): Promise<void> {
    const shelf = await this.#open();
    if (!shelf) return;
    this.isUsable = true;
    if (!this.#others) {
      this.#others = new BroadcastChannel("layerglass-library");
      this.#others.addEventListener("message", () => void this.#look());
    }
    await this.#look();
    await shelf.sweep();
    await this.#look();
  }

  /** What of the library something is: opened from it, or a file that is kept already. */
  keptAs({ kept, name, size, modified }: Subject): KeptRecord | undefined {
    return this.entries.find(
      (entry) =>
        entry.id === kept ||
        (modified !== undefined && entry.name === name && entry.size === size && entry.modified === modified),
    );
  }

  /** Copies something into the library. One at a time. Gives its id once it is kept. */
  async keep(subject: Subject, about: About): Promise<string | undefined> {
    const shelf = await this.#open();
    if (!shelf || this.keeping?.state === "running") return undefined;
    const stop = new AbortController();
    this.#stop = stop;
    const base = { name: subject.name, total: subject.size ?? 0 };
    let [bytes, told] = [0, 0];
    const show = (state: Keeping["state"], more: Partial<Keeping> = {}): void => {
      this.keeping = { ...base, state, bytes, ...more };
      this.changed();
    };
    show("running");
    try {
      // Without it browsers clear what is kept when the disk fills up. Some ask the person, and the copy does not wait for it.
      void navigator.storage.persist?.().catch(() => false);
      const record = await shelf.keep(subject, about, {
        signal: stop.signal,
        onProgress: (written) => {
          bytes = written;
          const now = performance.now();
          if (now - told < TELL_EVERY) return;
          told = now;
          show("running");
        },
      });
      bytes = record.size;
      await this.#look();
      show("done", { persisted: this.room?.persisted ?? false });
      this.#others?.postMessage("changed");
      return record.id;
    } catch (thrown) {
      if (stop.signal.aborted) show("stopped");
      else show("failed", { problem: words(thrown) });
      await this.#look();
      return undefined;
    }
  }

  /** Ends what is being kept. Nothing of it stays. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Takes what has ended off the screen. */
  dismiss(): void {
    if (this.keeping?.state !== "running") this.keeping = undefined;
    this.changed();
  }

  /** What is kept under an id, to be opened. */
  async open(id: string): Promise<Subject> {
    const shelf = await this.#open();
    if (!shelf) throw new Error("this browser keeps no files for this page");
    return shelf.open(id);
  }

  /** Removes some of what is kept. */
  async remove(ids: readonly string[]): Promise<void> {
    const shelf = await this.#open();
    this.problem = "";
    try {
      for (const id of ids) await shelf?.remove(id);
    } catch (thrown) {
      this.problem = `It could not be removed: ${words(thrown)}. Another tab may have it open.`;
    }
    await this.#look();
    this.#others?.postMessage("changed");
  }

  async #look(): Promise<void> {
    const shelf = await this.#open();
    if (!shelf) return;
    this.entries = await shelf.list();
    this.room = await room();
    this.changed();
  }

  #open(): Promise<Shelf | undefined> {
    this.#shelf ??= Shelf.open();
    return this.#shelf;
  }
}

function words(thrown: unknown): string {
  if (thrown instanceof NoRoom) {
    const free = thrown.free === undefined ? "" : `, and ${humanSize(Math.max(0, thrown.free))} are free`;
    return `${thrown.message}: ${humanSize(thrown.needed)} are needed${free}. Remove images that you do not need from it, or free space on this device.`;
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}
