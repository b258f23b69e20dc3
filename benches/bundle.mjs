/** What Vite makes of a page that runs some code. */
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ENTRY = "\0entry";

/** The files, as Vite gives them; nothing is written. */
export async function bundle(code) {
  const { output } = await build({
    configFile: false,
    logLevel: "silent",
    root: fileURLToPath(new URL("../pkg", import.meta.url)),
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? code : undefined),
      },
    ],
    worker: { format: "es" },
    build: { write: false, assetsInlineLimit: 0, target: "es2022", rollupOptions: { input: ENTRY } },
  });
  return output;
}

/** The path of a module of the built package, as code. */
export const built = (module) =>
  JSON.stringify(fileURLToPath(new URL(`../pkg/dist/${module}`, import.meta.url)));

/** What a file holds. */
export const contents = (file) => (file.type === "chunk" ? file.code : file.source);
