/** The entry `layerglass/graph`: trees of layers under ids of one's own, over the same backends as `ImageStore`. */
export * from "./graph/index.js";
