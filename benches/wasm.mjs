/** The package's WebAssembly modules without workers: what one thread does. */
import { readFileSync } from "node:fs";

import * as archive from "../pkg/wasm/archive/archive.js";

const file = new URL("../pkg/wasm/archive/archive_bg.wasm", import.meta.url);
const { memory } = archive.initSync({ module: readFileSync(file) });

export { archive, memory };
