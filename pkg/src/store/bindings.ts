/** What the wasm module's store handle does, typed by hand. */
import type {
  DeleteReport,
  GcReport,
  NameChange,
  Problem,
  RecordChange,
  RepairAction,
  RepairReport,
  StoreChange,
  VerifyReport,
} from "../store-types.js";
import type { ImageStateParts } from "./state.js";

/** A store inside wasm memory. What gives a promise goes on when the handle is freed, until its next call of the backend. */
export interface StoreHandle {
  close(): void;
  free(): void;
  subscribe(callback: (change: StoreChange) => void): void;
  concurrency(): string;
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
  raw(image: string): Promise<Uint8Array>;
  create(config: Uint8Array, parent: string | undefined, builtLocally: boolean): Promise<string>;
  delete(image: string, children: string, missingOk: boolean): Promise<DeleteReport>;
  setParent(image: string, parent: string | undefined): Promise<void>;
  touch(image: string): Promise<void>;
  lastUpdated(image: string): Promise<string | undefined>;
  isBuiltLocally(image: string): Promise<boolean>;
  setBuiltLocally(image: string): Promise<void>;
  metadata(image: string, name: string): Promise<Uint8Array | undefined>;
  setMetadata(image: string, name: string, value: Uint8Array | undefined): Promise<void>;
  tag(name: string, image: string, force: boolean): Promise<NameChange>;
  addDigest(name: string, image: string): Promise<NameChange>;
  untag(name: string): Promise<NameChange>;
  untagRepository(name: string): Promise<NameChange[]>;
  untagAll(image: string): Promise<NameChange[]>;
  lease(image: string, user: string, persist: boolean, expires: number | undefined): Promise<void>;
  returnLease(image: string, user: string): Promise<boolean>;
  users(image: string): Promise<string[]>;
  state(image: string): Promise<ImageStateParts>;
  writeState(image: string, before: ImageStateParts, after: ImageStateParts): Promise<boolean>;
  verify(progress?: (key: string, problem: Problem | undefined) => void): Promise<VerifyReport>;
  repair(actions: readonly RepairAction[]): Promise<RepairReport>;
  gc(dryRun: boolean, unnamedImages: boolean, damaged: boolean): Promise<GcReport>;
  reload(): Promise<Problem[]>;
  flush(): Promise<void>;
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
