/** One file of what is kept: `path` is empty where a single file is kept, else its place in the folder. */
export interface KeptPart {
  readonly path: string;
  readonly size: number;
}

/** What is written down of an image that is kept in this browser. It is written last: without it nothing is kept. */
export interface KeptRecord {
  readonly version: 1;
  /** 32 hex digits, which are also the names of its record and of the folder of its files. */
  readonly id: string;
  readonly name: string;
  readonly form: "file" | "folder";
  /** Bytes of all parts. */
  readonly size: number;
  /** When the file was last changed, in milliseconds since 1970, where the browser told. */
  readonly modified?: number;
  /** When it was kept, in milliseconds since 1970. */
  readonly kept: number;
  /** What it is, such as `docker save, by Docker 28`. */
  readonly label: string;
  /** Names of images in it, the first few. */
  readonly images: readonly string[];
  /** Its files: the file `0`, `1` and so on of its folder. */
  readonly parts: readonly KeptPart[];
}

/** What the library keeps at most. Its records are input like any other: another page of this origin may have written them. */
export const LIBRARY_LIMITS = {
  /** Images that are kept. */
  libraryImages: 1000,
  /** Bytes of one record. */
  libraryRecordBytes: 32 << 20,
  /** Files of one folder that is kept. */
  libraryParts: 200_000,
  /** Characters of one text in a record. */
  libraryText: 4096,
  /** Names of images that a record tells. */
  libraryNames: 8,
} as const;

/** Whether a text can be the id of what is kept. */
export function isId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

/** A new id. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads a record. Nothing where it is not one: half written, of another kind, or not of that id. */
export function readRecord(text: string, id: string): KeptRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { version, name, form, size, modified, kept, label, images, parts, ...rest } = value as Record<
    string,
    unknown
  >;
  if (version !== 1 || rest["id"] !== id || !isText(name) || !isText(label)) return undefined;
  if (form !== "file" && form !== "folder") return undefined;
  if (!isCount(size) || !isCount(kept) || (modified !== undefined && !isCount(modified))) return undefined;
  if (!Array.isArray(images) || images.length > LIBRARY_LIMITS.libraryNames || !images.every(isText))
    return undefined;
  if (!Array.isArray(parts) || parts.length > LIBRARY_LIMITS.libraryParts || !parts.every(isPart))
    return undefined;
  const isWhole = parts.reduce((sum, part) => sum + part.size, 0) === size;
  if (!isWhole || (form === "file" && parts.length !== 1)) return undefined;
  return {
    version,
    id,
    name,
    form,
    size,
    ...(modified !== undefined && { modified }),
    kept,
    label,
    images,
    parts: parts.map((part) => ({ path: part.path, size: part.size })),
  };
}

/** A text as a record can hold it. */
export function cut(text: string): string {
  return text.slice(0, LIBRARY_LIMITS.libraryText);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= LIBRARY_LIMITS.libraryText;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isPart(value: unknown): value is KeptPart {
  if (typeof value !== "object" || value === null) return false;
  const { path, size } = value as Partial<Record<keyof KeptPart, unknown>>;
  return typeof path === "string" && path.length <= 32_768 && isCount(size);
}
