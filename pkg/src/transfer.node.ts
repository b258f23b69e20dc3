/** The entry `layerglass/transfer` for Node. */
export * from "./transfer/index.js";
