/**
 * The wasm module of the nouns, which the values of this package compute with. Both entries share it, so values and handles
 * made through either are of the same classes and belong together. Archives have a module of their own in their workers.
 */
import type { CoreBindings } from "./bindings.js";
import { LayerglassError, toError } from "./error.js";

let current: CoreBindings | undefined;
let lazily: (() => CoreBindings) | undefined;

/** A `WebAssembly.Module`, as far as the project's types know of those: not all have them. */
export type CompiledModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/** Where a module can be had from: an address, a response, the bytes, or a compiled module. */
export type WasmInput = URL | Response | ArrayBuffer | ArrayBufferView | CompiledModule;

/** Where the modules of `layerglass/archive` are; what is left out comes with the package. */
export interface ModuleInputs {
  /** That of the values (`layerglass/core.wasm`), for this thread. */
  readonly core?: WasmInput;
  /** That of archives (`layerglass/archive.wasm`), for the workers. */
  readonly archive?: WasmInput;
}

/** Is a module ready? */
export function isReady(): boolean {
  return current !== undefined;
}

/** Makes the bindings of an instantiated module the ones in use, unless there are some. */
export function install(bindings: CoreBindings): void {
  current ??= bindings;
}

/** Names a way to start a module without waiting, for runtimes that have one. */
export function installLazily(start: () => CoreBindings): void {
  lazily ??= start;
}

/** The bindings in use. */
export function engine(): CoreBindings {
  current ??= lazily?.();
  if (current) return current;
  throw new LayerglassError({
    kind: "invalid",
    code: "not-initialised",
    message: "the wasm module is not ready: `await init()` first",
  });
}

/** Runs one call into the module; what it throws becomes a `LayerglassError`. */
export function call<T>(work: (bindings: CoreBindings) => T): T {
  const bindings = engine();
  try {
    return work(bindings);
  } catch (thrown) {
    throw toError(thrown);
  }
}

/** Compiles a module from wherever it is. */
export async function compile(input: WasmInput): Promise<CompiledModule> {
  try {
    if (input instanceof WebAssembly.Module) return input;
    if (isResponse(input)) return await compileResponse(input);
    if (input instanceof URL || typeof input === "string") return await compileResponse(await fetch(input));
    return await WebAssembly.compile(input as BufferSource);
  } catch (thrown) {
    if (thrown instanceof LayerglassError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LayerglassError(
      { kind: "io", code: "wasm-unavailable", message: `the wasm module could not be loaded: ${message}` },
      { cause: thrown },
    );
  }
}

function isResponse(input: WasmInput): input is Response {
  return typeof Response === "function" && input instanceof Response;
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`${response.url || "the server"} answered ${response.status}`);
  // Compiling while it arrives needs the exact media type; servers without it still work.
  if (response.headers.get("content-type") === "application/wasm")
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
