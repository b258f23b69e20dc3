import type { ErrorData, ErrorKind, Size } from "./types.js";

/**
 * Every error that Layerglass throws. Decide by `kind` and `code`, never by the message.
 *
 * @example
 * try {
 *   Reference.parse("Not A Reference");
 * } catch (error) {
 *   if (error instanceof LayerglassError && error.kind === "invalid") console.log(error.code, error.offset);
 * }
 */
export class LayerglassError extends Error {
  /** UTF-16 units of an offending text that an error keeps. */
  static readonly MAX_INPUT = 1000;
  /** The class of the error. */
  readonly kind: ErrorKind;
  /** Stable name of the reason, in kebab-case. */
  readonly code: string;
  /**
   * Where in the input the error was found: the index in a string that was passed (the message counts the bytes of its
   * UTF-8), else a byte offset.
   */
  declare readonly offset?: Size;
  /** The text that is wrong, cut after `MAX_INPUT`; absent where the input was bytes. */
  declare readonly input?: string;
  declare readonly expected?: string;
  declare readonly found?: string;
  /** File inside the archive, or path inside the layer, that the error is about. */
  declare readonly path?: string;
  /** What an ambiguous request could mean, the first hundred. */
  declare readonly candidates?: readonly string[];
  /** Who uses the image that was to be deleted. */
  declare readonly users?: readonly string[];
  /** What was made from the image that was to be deleted. */
  declare readonly children?: readonly string[];

  constructor(data: ErrorData, options?: ErrorOptions & { readonly input?: string }) {
    super(data.message, options);
    this.name = "LayerglassError";
    this.kind = data.kind;
    this.code = data.code;
    if (data.offset !== undefined) this.offset = data.offset;
    if (data.expected !== undefined) this.expected = data.expected;
    if (data.found !== undefined) this.found = data.found;
    if (data.path !== undefined) this.path = data.path;
    const input = options?.input ?? data.input;
    if (input !== undefined) this.input = cut(input);
    if (data.candidates !== undefined) this.candidates = [...data.candidates];
    if (data.users !== undefined) this.users = [...data.users];
    if (data.children !== undefined) this.children = [...data.children];
  }

  /**
   * The error again from its data, as it comes out of `postMessage` or JSON.
   *
   * @example
   * worker.onmessage = ({ data }) => { throw LayerglassError.from(data); };
   */
  static from(data: ErrorData, options?: ErrorOptions): LayerglassError {
    return new LayerglassError(data, options);
  }

  /** Plain data, for `postMessage` and JSON. */
  toJSON(): ErrorData {
    const { kind, code, message, offset, input, expected, found, path } = this;
    const { candidates, users, children } = this;
    return {
      kind,
      code,
      message,
      ...(offset !== undefined && { offset }),
      ...(input !== undefined && { input }),
      ...(expected !== undefined && { expected }),
      ...(found !== undefined && { found }),
      ...(path !== undefined && { path }),
      ...(candidates !== undefined && { candidates }),
      ...(users !== undefined && { users }),
      ...(children !== undefined && { children }),
    };
  }
}

/** The start of a text, without half a character at its end. */
function cut(text: string): string {
  if (text.length <= LayerglassError.MAX_INPUT) return text;
  return text.slice(0, LayerglassError.MAX_INPUT).replace(/[\ud800-\udbff]$/, "");
}

/** Is this the plain data of an error, as the wasm module throws it? */
export function isErrorData(value: unknown): value is ErrorData {
  if (typeof value !== "object" || value === null) return false;
  const { kind, code, message } = value as Partial<ErrorData>;
  return typeof kind === "string" && typeof code === "string" && typeof message === "string";
}

/** The error of work that its caller ended. The signal's own reason is the `cause`. */
export function abortedError(reason?: unknown): LayerglassError {
  return new LayerglassError(
    { kind: "aborted", code: "aborted", message: "the caller ended the work" },
    { cause: reason },
  );
}

/** Throws when the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason);
}

/** Waits for a promise, or for the signal, whichever comes first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  throwIfAborted(signal);
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(abortedError(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Any thrown value as a `LayerglassError`: data thrown by the wasm module keeps all its fields, failures of the file
 * system or of a `Blob` become `io` or `not_found`, and a trap of the module becomes `io` with the code `wasm-trap`.
 */
export function toError(thrown: unknown): LayerglassError {
  if (thrown instanceof LayerglassError) return thrown;
  if (isErrorData(thrown))
    return new LayerglassError(thrown, thrown instanceof Error ? { cause: thrown } : undefined);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = { cause: thrown };
  if (thrown instanceof WebAssembly.RuntimeError)
    return new LayerglassError(
      { kind: "io", code: "wasm-trap", message: `the wasm module failed: ${message}` },
      cause,
    );
  const name = thrown instanceof Error ? thrown.name : "";
  const system = (thrown as { code?: unknown } | null | undefined)?.code;
  if (name === "AbortError") return abortedError(thrown);
  if (name === "NotFoundError" || system === "ENOENT")
    return new LayerglassError({ kind: "not_found", code: "file-not-found", message }, cause);
  if (system === "ERR_INVALID_ARG_VALUE")
    return new LayerglassError({ kind: "invalid", code: "argument", message }, cause);
  return new LayerglassError({ kind: "io", code: "read-failed", message }, cause);
}

/** Has the wasm module failed so that its memory is not to be trusted any more? */
export function isTrap(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
}
