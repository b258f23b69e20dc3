/** The entry `layerglass/graph` for Node. */
import { readFile } from "node:fs/promises";
import { compile } from "./engine.js";
import { graphWasm } from "./graph-module.js";

graphWasm.comesFrom(async () =>
  compile(await readFile(new URL("../wasm/graph/graph_bg.wasm", import.meta.url))),
);

export * from "./graph/index.js";
