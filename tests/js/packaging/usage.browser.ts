/** What only browsers have. */
import { ImageStore } from "layerglass";
import { openArchive } from "layerglass/archive";
import { opfsBackend, webStorageBackend } from "layerglass/backends";

export const dropped = (folder: FileSystemDirectoryHandle) => openArchive(folder);
export const picked = (files: FileList) => Promise.all(Array.from(files, (file) => openArchive(file)));
export const ownWorker = (input: Blob, make: () => Worker) => openArchive(input, { createWorker: make });
export const inStorage = () => ImageStore.open(webStorageBackend(localStorage, "images/"));
export const inFolder = (folder: FileSystemDirectoryHandle) => ImageStore.open(opfsBackend(folder));
