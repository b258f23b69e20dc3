/** Modules that are loaded when something first needs them. */
import type { Starter } from "./bindings.js";
import { type CompiledModule, compile, type WasmInput } from "./engine.js";

/** A module, and how it is had where nobody names another place for it. */
export class LazyModule<B> {
  readonly #starter: Starter<B>;
  #find: () => Promise<CompiledModule>;
  #started: Promise<B> | undefined;

  /** `find` is how browsers have the file that comes with the package. */
  constructor(starter: Starter<B>, find: () => Promise<CompiledModule>) {
    this.#starter = starter;
    this.#find = find;
  }

  /** Says how it is had here instead. */
  comesFrom(find: () => Promise<CompiledModule>): void {
    this.#find = find;
  }

  /** The bindings, once the module has started. The first call decides which module that is. */
  start(input?: WasmInput): Promise<B> {
    this.#started ??= this.#start(input).catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #start(input: WasmInput | undefined): Promise<B> {
    const module = await (input === undefined ? this.#find() : compile(input));
    await this.#starter.start(module);
    return this.#starter.bindings;
  }
}
