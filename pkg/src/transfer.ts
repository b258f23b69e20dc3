/** The entry `layerglass/transfer` for browsers. */
export * from "./transfer/index.js";
