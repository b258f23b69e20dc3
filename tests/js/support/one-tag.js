/** The page that the package's README shows for its elements. */
import { readFile } from "node:fs/promises";

const readme = await readFile(new URL("../../../pkg/README.md", import.meta.url), "utf8");
const [, example] = /```html\n([\s\S]*?)```/.exec(readme) ?? [];
if (!example?.includes("<layerglass-files")) throw new Error("the README shows no element");

/** That example as a page of its own. */
export const ONE_TAG = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>one tag</title><link rel="icon" href="data:,"></head>
  <body>
    <main>
      <h1>An image</h1>
${example}
    </main>
  </body>
</html>
`;
