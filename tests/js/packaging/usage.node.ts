/** What only Node has. */
import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Worker } from "node:worker_threads";
import { ImageStore } from "layerglass";
import { openArchive } from "layerglass/archive";
import { nodeFolderBackend } from "layerglass/folder";

export const byPath = (path: string) => openArchive(path);
export const opened = (file: FileHandle) => openArchive(file);
export const piped = (stream: Readable) => openArchive(stream);
export const ownWorker = (path: string, make: () => Worker) => openArchive(path, { createWorker: make });
export const inFolder = (path: string) => ImageStore.open(nodeFolderBackend(path));
