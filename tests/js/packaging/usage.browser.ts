/** What only browsers have. */
import { openArchive } from "layerglass/archive";

export const dropped = (folder: FileSystemDirectoryHandle) => openArchive(folder);
export const picked = (files: FileList) => Promise.all(Array.from(files, (file) => openArchive(file)));
export const ownWorker = (input: Blob, make: () => Worker) => openArchive(input, { createWorker: make });
