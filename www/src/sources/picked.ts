import type { Subject } from "../model/open.ts";

/** More files than any image layout has: a whole disk was dropped by mistake. */
const MOST_FILES = 200_000;

/** A folder with more files than can be an image. */
export class FolderTooLarge extends Error {
  constructor(readonly folder: string) {
    super(`“${folder}” has more than ${MOST_FILES.toLocaleString("en-US")} files`);
  }
}

/** A file, as a subject. */
export function fileSubject(file: File): Subject {
  return { name: file.name, form: "file", size: file.size, input: file, modified: file.lastModified };
}

/** Files from a folder picker, whose paths begin with the folder's own name. */
export function pickedFolder(files: Iterable<File>): Subject | undefined {
  const entries: [string, Blob][] = [];
  let folder = "";
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    const slash = path.indexOf("/");
    if (entries.length === 0) folder = slash < 0 ? "" : path.slice(0, slash);
    entries.push([slash < 0 ? path : path.slice(slash + 1), file]);
  }
  return entries.length === 0 ? undefined : folderSubject(folder || "folder", entries);
}

/** What was dropped: one file, one folder, or several things that are taken as a folder's contents. */
export async function dropped(transfer: DataTransfer): Promise<Subject | undefined> {
  // The list empties when this event is over: everything is taken out before the first await.
  const entries: FileSystemEntry[] = [];
  const files: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) entries.push(entry);
    else if (file) files.push(file);
  }
  const [folder] = entries;
  const [file] = files;
  if (!folder) {
    if (!file) return undefined;
    if (files.length === 1) return fileSubject(file);
    return folderSubject(
      `${files.length} files`,
      files.map((each) => [each.name, each]),
    );
  }
  const found: [string, Blob][] = files.map((each) => [each.name, each]);
  const alone = entries.length === 1 && files.length === 0;
  for (const entry of entries) {
    await walk(entry as FileSystemDirectoryEntry, alone ? "" : `${entry.name}/`, found, folder.name);
  }
  return folderSubject(alone ? folder.name : `${entries.length + files.length} items`, found);
}

function folderSubject(name: string, entries: [string, Blob][]): Subject {
  const size = entries.reduce((sum, [, blob]) => sum + blob.size, 0);
  return { name, form: "folder", size, input: entries };
}

async function walk(
  start: FileSystemDirectoryEntry,
  prefix: string,
  found: [string, Blob][],
  top: string,
): Promise<void> {
  // A list instead of recursion: a folder may be nested deeper than the stack.
  const open: [FileSystemDirectoryEntry, string][] = [[start, prefix]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [directory, path] = next;
    const reader = directory.createReader();
    for (let batch = await read(reader); batch.length > 0; batch = await read(reader)) {
      for (const entry of batch) {
        if (entry.isDirectory) open.push([entry as FileSystemDirectoryEntry, `${path}${entry.name}/`]);
        else found.push([path + entry.name, await fileOf(entry as FileSystemFileEntry)]);
        if (found.length + open.length > MOST_FILES) throw new FolderTooLarge(top);
      }
    }
  }
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
