/** What the headers of an ELF file say: programs, libraries and objects of Linux and other Unix systems. */
import { MACHINES, SYSTEMS, TYPES } from "./elf-names.js";
import { Reader } from "./elf-reader.js";

/** Program headers, section headers and entries of the dynamic table that are looked at. */
const MOST_HEADERS = 65_536;
/** Libraries that are listed. */
const MOST_NEEDED = 1000;
/** Bytes of the name of a section, of which there may be many. */
const MOST_SECTION_NAME = 256;
/** Bytes of notes and of what compilers left that are looked at. */
const MOST_NOTES = 1 << 20;

/** A summary of an ELF file. What is not in it is left out. */
export interface ElfSummary {
  readonly bits: 32 | 64;
  readonly isLittleEndian: boolean;
  /** `Linux`; the number where it is not known. */
  readonly system: string;
  /** `program, position-independent`. */
  readonly type: string;
  /** `x86-64`. */
  readonly machine: string;
  /** The path of the loader. */
  readonly interpreter?: string;
  readonly soname?: string;
  readonly needed: readonly string[];
  /** Folders in which libraries are looked for, `DT_RUNPATH` or the older `DT_RPATH`. */
  readonly runPath?: string;
  /** Hex. */
  readonly buildId?: string;
  readonly goBuildId?: string;
  /** The version of Go it was built with, or an empty text where it is Go of a version that is not told. */
  readonly go?: string;
  readonly isRust: boolean;
  /** What compilers and linkers wrote of themselves. */
  readonly builders: readonly string[];
  /** Whether the names of functions are there; not told where the section headers are not. */
  readonly hasSymbols?: boolean;
  readonly hasDebugInfo: boolean;
  /** It needs no loader and no libraries. */
  readonly isStatic: boolean;
  /** Whether memory that holds data may be run as code. */
  readonly hasExecutableStack: boolean;
  /** What in it is damaged or lies past the bytes that were read. */
  readonly faults: readonly string[];
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** Reads the headers; `undefined` where it is no ELF file. `isWhole` is false where the file is longer than what was read. */
export function readElf(bytes: Uint8Array, isWhole: boolean): ElfSummary | undefined {
  const [m0, m1, m2, m3, width, order, , system] = bytes;
  if (m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46) return undefined;
  if ((width !== 1 && width !== 2) || (order !== 1 && order !== 2)) return undefined;
  const reader = new Reader(bytes, width === 2, order === 1);
  const faults: string[] = [];
  const missing = isWhole ? "lie outside the file" : "lie past the bytes that were read";
  const segments = segmentsOf(reader);
  if (!segments) faults.push(`The program headers ${missing}.`);
  const sections = sectionsOf(reader);
  if (!sections) faults.push(`The section headers ${missing}.`);
  const [type, machine] = [reader.half(16) ?? 0, reader.half(18) ?? 0];
  const dynamic = dynamicOf(reader, segments ?? [], faults);
  const interpreter = interpreterOf(reader, segments ?? [], faults);
  const notes = notesOf(reader, segments ?? [], sections ?? []);
  const builders = buildersOf(reader, sections ?? []);
  const names = new Set((sections ?? []).map(({ name }) => name));
  const stack = (segments ?? []).find((segment) => segment.type === 0x6474e551);
  const goVersion = goVersionOf(reader, sections ?? []);
  const isGo = goVersion !== undefined || notes.go !== undefined || names.has(".gopclntab");
  const known = sections !== undefined && sections.length > 0;
  return {
    bits: reader.is64 ? 64 : 32,
    isLittleEndian: reader.isLittle,
    system: SYSTEMS[system ?? 0] ?? `number ${system}`,
    type: typeWords(type, interpreter !== undefined, dynamic),
    machine: MACHINES[machine] ?? `number ${machine}`,
    ...(interpreter !== undefined && { interpreter }),
    ...(dynamic.soname !== undefined && { soname: dynamic.soname }),
    needed: dynamic.needed,
    ...(dynamic.runPath !== undefined && { runPath: dynamic.runPath }),
    ...(notes.build !== undefined && { buildId: notes.build }),
    ...(notes.go !== undefined && { goBuildId: notes.go }),
    ...(isGo && { go: goVersion ?? "" }),
    isRust: names.has(".dep-v0") || builders.some((builder) => builder.startsWith("rustc ")),
    builders,
    ...(known && { hasSymbols: sections.some((section) => section.type === 2) }),
    hasDebugInfo: names.has(".debug_info") || names.has(".zdebug_info"),
    isStatic:
      (type === 2 || type === 3) &&
      segments !== undefined &&
      interpreter === undefined &&
      dynamic.needed.length === 0,
    hasExecutableStack: stack !== undefined && (stack.flags & 1) !== 0,
    faults,
  };
}

function typeWords(type: number, hasInterpreter: boolean, { isProgram, soname }: Dynamic): string {
  if (type !== 3) return TYPES[type] ?? `number ${type}`;
  // Libraries of C and a few others can be run, and then tell their version.
  if (hasInterpreter && soname !== undefined && !isProgram) return "shared library that can be run";
  return hasInterpreter || isProgram ? "program, position-independent" : "shared library";
}

function segmentsOf(reader: Reader): Segment[] | undefined {
  const { is64 } = reader;
  const offset = reader.wide(is64 ? 32 : 28);
  const [size, count] = [reader.half(is64 ? 54 : 42), reader.half(is64 ? 56 : 44)];
  if (offset === undefined || size === undefined || count === undefined) return undefined;
  if (count === 0) return [];
  if (size < (is64 ? 56 : 32)) return undefined;
  const segments: Segment[] = [];
  for (let index = 0; index < Math.min(count, MOST_HEADERS); index += 1) {
    const at = offset + index * size;
    const type = reader.word(at);
    const flags = reader.word(at + (is64 ? 4 : 24));
    const start = reader.wide(at + (is64 ? 8 : 4));
    const address = reader.wide(at + (is64 ? 16 : 8));
    const length = reader.wide(at + (is64 ? 32 : 16));
    if (
      type === undefined ||
      flags === undefined ||
      start === undefined ||
      address === undefined ||
      length === undefined
    )
      return undefined;
    segments.push({ type, flags, offset: start, address, size: length });
  }
  return segments;
}

function sectionsOf(reader: Reader): Section[] | undefined {
  const { is64 } = reader;
  const offset = reader.wide(is64 ? 40 : 32);
  const [size, count, names] = [is64 ? 58 : 46, is64 ? 60 : 48, is64 ? 62 : 50].map((at) => reader.half(at));
  if (offset === undefined || size === undefined || count === undefined || names === undefined)
    return undefined;
  if (offset === 0 || count === 0) return [];
  if (size < (is64 ? 64 : 40)) return undefined;
  const raw: { name: number; type: number; offset: number; size: number }[] = [];
  for (let index = 0; index < Math.min(count, MOST_HEADERS); index += 1) {
    const at = offset + index * size;
    const [name, type] = [reader.word(at), reader.word(at + 4)];
    const [start, length] = [reader.wide(at + (is64 ? 24 : 16)), reader.wide(at + (is64 ? 32 : 20))];
    if (name === undefined || type === undefined || start === undefined || length === undefined)
      return undefined;
    raw.push({ name, type, offset: start, size: length });
  }
  const table = raw[names]?.offset;
  return raw.map((each) => ({
    ...each,
    name: table === undefined ? "" : (reader.name(table + each.name, MOST_SECTION_NAME) ?? ""),
  }));
}

function interpreterOf(reader: Reader, segments: readonly Segment[], faults: string[]): string | undefined {
  const segment = segments.find(({ type }) => type === 3);
  if (!segment) return undefined;
  const name = reader.name(segment.offset);
  if (name === undefined) faults.push("The path of the loader lies outside the file.");
  return name;
}

interface Dynamic {
  readonly needed: readonly string[];
  readonly soname?: string;
  readonly runPath?: string;
  readonly isProgram: boolean;
}

function dynamicOf(reader: Reader, segments: readonly Segment[], faults: string[]): Dynamic {
  const segment = segments.find(({ type }) => type === 2);
  const values = new Map<number, number[]>();
  const step = reader.is64 ? 16 : 8;
  const count = segment ? Math.min(Math.floor(segment.size / step), MOST_HEADERS) : 0;
  for (let index = 0; segment && index < count; index += 1) {
    const at = segment.offset + index * step;
    const [tag, value] = [reader.wide(at), reader.wide(at + step / 2)];
    if (tag === undefined || value === undefined) {
      faults.push("The list of libraries lies outside the file.");
      break;
    }
    if (tag === 0) break;
    const known = values.get(tag);
    if (!known) values.set(tag, [value]);
    else if (known.length < MOST_NEEDED) known.push(value);
  }
  // The table of names is told by its address in memory.
  const address = values.get(5)?.[0];
  const holder = segments.find(
    ({ type, address: from, size }) =>
      type === 1 && address !== undefined && address >= from && address < from + size,
  );
  const table = holder && address !== undefined ? holder.offset + (address - holder.address) : undefined;
  const nameAt = (offset: number | undefined): string | undefined =>
    table === undefined || offset === undefined ? undefined : reader.name(table + offset);
  const needed = (values.get(1) ?? []).map(nameAt);
  if (needed.includes(undefined)) faults.push("Names of libraries lie outside the file.");
  const soname = nameAt(values.get(14)?.[0]);
  const runPath = nameAt((values.get(29) ?? values.get(15))?.[0]);
  return {
    needed: needed.filter((name) => name !== undefined),
    ...(soname !== undefined && { soname }),
    ...(runPath !== undefined && { runPath }),
    // DF_1_PIE: a program that needs no loader, though it looks like a library.
    isProgram: Math.floor((values.get(0x6ffffffb)?.[0] ?? 0) / 0x8000000) % 2 === 1,
  };
}

/** Build ids, which stand in notes. */
function notesOf(
  reader: Reader,
  segments: readonly Segment[],
  sections: readonly Section[],
): { readonly build?: string; readonly go?: string } {
  let build: string | undefined;
  let go: string | undefined;
  const places = [...segments.filter(({ type }) => type === 4), ...sections.filter(({ type }) => type === 7)];
  let left = MOST_NOTES;
  for (const { offset, size } of places) {
    const end = offset + Math.min(size, left);
    for (let at = offset; at + 12 <= end && left > 0; ) {
      const [nameSize, valueSize, type] = [reader.word(at), reader.word(at + 4), reader.word(at + 8)];
      if (nameSize === undefined || valueSize === undefined || type === undefined) break;
      const owner = new TextDecoder("latin1").decode(reader.part(at + 12, Math.min(nameSize, 8)));
      const from = at + 12 + Math.ceil(nameSize / 4) * 4;
      const value = reader.part(from, Math.min(valueSize, 256));
      if (owner.startsWith("GNU\0") && type === 3) build ??= hex(value);
      if (owner.startsWith("Go\0") && type === 4) go ??= new TextDecoder().decode(value);
      const next = from + Math.ceil(valueSize / 4) * 4;
      left -= next - at;
      at = next;
    }
  }
  return { ...(build !== undefined && { build }), ...(go !== undefined && { go }) };
}

/** What compilers wrote into `.comment`, each once. */
function buildersOf(reader: Reader, sections: readonly Section[]): string[] {
  const section = sections.find(({ name }) => name === ".comment");
  if (!section) return [];
  const text = new TextDecoder().decode(reader.part(section.offset, Math.min(section.size, 1 << 16)));
  return [...new Set(text.split("\0").filter((line) => line !== ""))].slice(0, 20);
}

/** The version in `.go.buildinfo`, as Go 1.18 and later write it: a length and the text. */
function goVersionOf(reader: Reader, sections: readonly Section[]): string | undefined {
  const section = sections.find(({ name }) => name === ".go.buildinfo");
  if (!section) return undefined;
  const head = reader.part(section.offset, 32 + 2 + 127);
  const magic = new TextDecoder("latin1").decode(head.subarray(0, 14));
  // Where the flag is not set, the version is behind a pointer.
  if (magic !== "\xff Go buildinf:" || ((head[15] ?? 0) & 2) === 0) return "";
  const length = head[32] ?? 0;
  return length > 127 ? "" : new TextDecoder().decode(head.subarray(33, 33 + length));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
