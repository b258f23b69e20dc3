/** The entry `layerglass/elements`: parts of the inspector as custom elements, for browsers. */
export * from "./elements/index.js";
