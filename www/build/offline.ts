import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import type { Plugin } from "vite";

/** The service worker, which must lie where the page does. */
export const WORKER = "sw.js";

/** Stands in the service worker for the list of files. */
const PLACE = /(["'`])%FILES%\1/;

/** Writes the list of the page's files, each with its hash, into the service worker: it keeps them all, for offline use. */
export const offline: Plugin = {
  name: "layerglass-offline",
  apply: "build",
  writeBundle: {
    order: "post",
    sequential: true,
    handler({ dir = "dist" }) {
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(dir.length + 1)
            .split(sep)
            .join("/"),
        )
        .filter((path) => path !== WORKER)
        .sort()
        // Servers answer for the page at its folder; at its file some lead elsewhere.
        .map(
          (path) => [path === "index.html" ? "" : path, integrity(readFileSync(join(dir, path)))] as const,
        );
      const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
      const list = JSON.stringify(JSON.stringify({ version, files }));
      const path = join(dir, WORKER);
      const code = readFileSync(path, "utf8");
      if (!PLACE.test(code)) throw new Error(`${WORKER} has no place for the list of files`);
      writeFileSync(
        path,
        code.replace(PLACE, () => list),
      );
    },
  },
};

function integrity(contents: Buffer): string {
  return `sha256-${createHash("sha256").update(contents).digest("base64")}`;
}
