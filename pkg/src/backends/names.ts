/**
 * Keys as names of files, for storages that know other names than a key allows: upper case and `:` are escaped, what
 * Windows reserves as well, and a file's name ends in `=`, so that none is ever that of a folder.
 */

const RESERVED = /^(?:aux|con|nul|prn|com\d|lpt\d)(?:\.|$)/;

const escaped = (text: string) => `=${text.charCodeAt(0).toString(16).padStart(2, "0")}`;

/** The name of a folder. */
export function folderName(component: string): string {
  const name = component.replace(/[^a-z0-9._-]/g, escaped).replace(/\.$/, escaped);
  return RESERVED.test(name) ? name.replace(/^./, escaped) : name;
}

/** The names of the folders around a key's file, and of the file. */
export function pathOf(key: string): string[] {
  const path = key.split("/").map(folderName);
  return [...path.slice(0, -1), `${path.at(-1)}=`];
}

/** The component of a folder's name. */
export function component(name: string): string {
  return name.replace(/=([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The key of a path that `pathOf` made; nothing for another one. */
export function keyOf(path: readonly string[]): string | undefined {
  const file = path.at(-1);
  if (!file?.endsWith("=")) return undefined;
  const key = [...path.slice(0, -1), file.slice(0, -1)].map(component).join("/");
  return pathOf(key).join("/") === path.join("/") ? key : undefined;
}
