/** The entry `layerglass/testing` for Node. */
import { readFile } from "node:fs/promises";
import { compile } from "./engine.js";
import { testingWasm } from "./testing-module.js";

testingWasm.comesFrom(async () =>
  compile(await readFile(new URL("../wasm/testing/testing_bg.wasm", import.meta.url))),
);

export * from "./testing.js";
