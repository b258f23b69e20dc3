/** What the wasm module's store handle does, typed by hand. */
import type {
  DeleteReport,
  GcReport,
  NameChange,
  Problem,
  RecordChange,
  RepairAction,
  RepairReport,
  Sharing,
  StoreChange,
  VerifyReport,
} from "../store-types.js";
import type { ImageStateParts } from "./state.js";

/** What a store knows without asking its backend. */
export interface StoreQuestions {
  concurrency(): Sharing;
  size(): number;
  list(): string[];
  nextAfter(after?: string): string | undefined;
  contains(image: string): boolean;
  search(prefix: string): string;
  resolve(text: string, order: string, repositoryIds: boolean): string;
  damaged(): Problem[];
  parent(image: string): string | undefined;
  children(image: string): string[];
  ancestors(image: string): string[];
  heads(): string[];
  byParent(): [string, string[]][];
  namesOf(image: string): string[];
  names(): [string, string][];
  repository(name: string): [string, string][];
  displayName(image: string): string;
}

/** What a store does with its backend. */
export interface StoreWork {
  raw(image: string): Uint8Array;
  create(config: Uint8Array, parent: string | undefined, builtLocally: boolean): string;
  addAll(
    images: readonly (readonly [config: Uint8Array, parent: string | undefined, builtLocally: boolean])[],
    names: readonly (readonly [name: string, id: string, policy: string])[],
  ): {
    readonly images: readonly (readonly [id: string, isNew: boolean])[];
    readonly names: readonly NameChange[];
    readonly kept: readonly (readonly [reference: string, id: string])[];
  };
  delete(image: string, children: string, missingOk: boolean): DeleteReport;
  setParent(image: string, parent: string | undefined): void;
  touch(image: string): void;
  lastUpdated(image: string): string | undefined;
  isBuiltLocally(image: string): boolean;
  setBuiltLocally(image: string): void;
  metadata(image: string, name: string): Uint8Array | undefined;
  setMetadata(image: string, name: string, value: Uint8Array | undefined): void;
  tag(name: string, image: string, force: boolean): NameChange;
  addDigest(name: string, image: string): NameChange;
  untag(name: string): NameChange;
  untagRepository(name: string): NameChange[];
  untagAll(image: string): NameChange[];
  lease(image: string, user: string, persist: boolean, expires: number | undefined): void;
  returnLease(image: string, user: string): boolean;
  users(image: string): string[];
  state(image: string): ImageStateParts;
  writeState(image: string, before: ImageStateParts, after: ImageStateParts): boolean;
  verify(progress?: (key: string, problem: Problem | undefined) => void): VerifyReport;
  repair(actions: readonly RepairAction[]): RepairReport;
  gc(dryRun: boolean, unnamedImages: boolean, damaged: boolean): GcReport;
  reload(): Problem[];
  flush(): void;
}

/** A store inside wasm memory. What gives a promise goes on when the handle is freed, until its next call of the backend. */
export interface StoreHandle {
  close(): void;
  free(): void;
  subscribe(callback: (change: StoreChange) => void): void;
  ask<Q extends keyof StoreQuestions>(
    question: Q,
    given: Parameters<StoreQuestions[Q]>,
  ): ReturnType<StoreQuestions[Q]>;
  run<W extends keyof StoreWork>(work: W, given: Parameters<StoreWork[W]>): Promise<ReturnType<StoreWork[W]>>;
}

/** A file of image records inside wasm memory. */
export interface RecordsHandle {
  free(): void;
  lines(filter: string | undefined, isGlob: boolean): string[];
  find(text: string, order: string): string;
  add(line: string): RecordChange;
  remove(id: string): string;
  setUser(id: string, user: string, uses: boolean): boolean;
  toBytes(): Uint8Array;
}
