/** What paths, addresses and open files stand for, in Node. */
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LayerglassError } from "../error.js";
import type { OpenFile } from "./options.js";
import type { Named } from "./platform.js";
import type { SourceSpec } from "./protocol.js";

export async function locate(input: string | URL | OpenFile): Promise<Named<SourceSpec>> {
  if (typeof input === "string")
    return { source: { type: "path", path: resolve(input) }, name: basename(input) };
  if (!(input instanceof URL)) {
    const { size } = await input.stat();
    return { source: { type: "fd", fd: input.fd, size: Number(size) }, name: "" };
  }
  if (input.protocol === "file:") {
    const path = fileURLToPath(input);
    return { source: { type: "path", path }, name: basename(path) };
  }
  throw new LayerglassError({
    kind: "unsupported",
    code: "input",
    message: `addresses of the kind "${input.protocol}" cannot be read`,
  });
}
