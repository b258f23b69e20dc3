/** The generated module of transfers, typed. It runs in workers only. */
import * as generated from "../wasm/transfer/transfer.js";
import type { Module } from "./bindings.js";
import type { TransferBindings } from "./transfer/bindings.js";

export const transferModule: Module<TransferBindings> = {
  bindings: generated as unknown as TransferBindings,
  initSync: ({ module }) => generated.initSync({ module: module as WebAssembly.Module }),
};
