/** Compiled modules, each had once. */
import { type CompiledModule, compile, type WasmInput } from "./engine.js";

/** A module, and how it is had where nobody names another place for it. */
export class CompiledOnce {
  readonly #find: () => Promise<CompiledModule>;
  #compiled: Promise<CompiledModule> | undefined;

  constructor(find: () => Promise<CompiledModule>) {
    this.#find = find;
  }

  /** The first call decides which module that is, unless it fails. */
  get(input?: WasmInput): Promise<CompiledModule> {
    this.#compiled ??= (input === undefined ? this.#find() : compile(input)).catch((error: unknown) => {
      this.#compiled = undefined;
      throw error;
    });
    return this.#compiled;
  }
}
