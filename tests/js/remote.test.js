/** Files of a server, read by ranges. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { LayerglassError, openArchive } from "layerglass/archive";
import { FILES, pathOf } from "./support/folder.js";
import { snapshot } from "./support/snapshot.js";

const isFolder = ([, { sha256 }]) => sha256 === undefined;
/** The largest: more than one read is needed to open it. */
const [file] = FILES.filter(
  (entry) => !isFolder(entry) && entry[0].endsWith(".tar") && entry[1].images.length > 0,
).reduce((a, b) => (a[1].bytes >= b[1].bytes ? a : b));
const [folder] = FILES.find((entry) => isFolder(entry) && entry[1].images.length > 0);
const bytes = await readFile(pathOf(file));

/** What is served under which path, and how the server behaves. */
const served = new Map([["/file", bytes]]);
const asked = [];
const server = createServer((request, response) => {
  const { pathname, search } = new URL(request.url, "http://localhost");
  const contents = served.get(pathname);
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  asked.push({ pathname, from: Number(from), to: Number(to) });
  if (!contents) response.writeHead(404).end();
  else if (search === "?whole") response.end(contents);
  else if (search === "?short") response.writeHead(206).end(contents.subarray(Number(from), Number(to)));
  else response.writeHead(206).end(contents.subarray(Number(from), Number(to) + 1));
});
let origin = "";
before(async () => {
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** A snapshot without the name, which a server's file does not have. */
async function seen(input, name) {
  const { data, images } = await snapshot(openArchive(input, { name }));
  return { data, images };
}

test("a file of a server gives what the file itself gives", async () => {
  const input = { url: `${origin}/file`, size: bytes.length };
  assert.deepEqual(await seen(input, file), await seen(pathOf(file), file));
  assert.ok(asked.every(({ from, to }) => Number.isSafeInteger(from) && to < bytes.length));
});

test("a folder of a server gives what the folder itself gives", async () => {
  const root = pathOf(folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry, index) => {
        const path = join(entry.parentPath, entry.name);
        const contents = await readFile(path);
        served.set(`/folder/${index}`, contents);
        return [relative(root, path), { url: new URL(`/folder/${index}`, origin), size: contents.length }];
      }),
  );
  assert.deepEqual(await seen(files, folder), await seen(root, folder));
});

const fails = async (input, wanted) =>
  assert.rejects(
    openArchive(input).then((archive) => archive.close()),
    (error) => {
      assert.ok(error instanceof LayerglassError);
      const { kind, code } = error;
      assert.deepEqual({ kind, code }, wanted);
      return true;
    },
  );

test("what a server does wrong is an error that says so", async () => {
  const size = bytes.length;
  const fetching = { kind: "io", code: "fetch" };
  await fails({ url: `${origin}/absent`, size }, fetching);
  await fails({ url: "http://127.0.0.1:1/", size }, fetching);
  await fails({ url: `${origin}/file?short`, size }, { kind: "io", code: "source-changed" });
  const archive = await openArchive({ url: `${origin}/file`, size });
  served.set("/file", Buffer.alloc(0));
  const { layers } = await archive.scan();
  served.set("/file", bytes);
  assert.ok(
    layers.length > 0 && layers.every(({ state, error }) => state === "failed" && error.kind === "io"),
  );
  archive.close();
});

test("a server without ranges serves what is read from its beginning, and no more", async () => {
  const start = { url: `${origin}/file?whole`, size: 1024 };
  const archive = await openArchive(start);
  assert.ok(archive.data.findings.some(({ code }) => code === "tar-truncated"));
  archive.close();
  await fails({ url: `${origin}/file?whole`, size: bytes.length }, { kind: "io", code: "fetch" });
});

test("what is no file of a server is refused", async () => {
  const invalid = { kind: "invalid", code: "input" };
  for (const url of ["", "not an address", "file:///etc/passwd", "data:,x"])
    await fails({ url, size: 1 }, invalid);
  for (const size of [-1, 1.5, Number.NaN, 2 ** 60]) await fails({ url: origin, size }, invalid);
  await fails(
    [
      ["a", { url: origin, size: 1 }],
      ["b", new Blob(["b"])],
    ],
    invalid,
  );
  await fails([["a", { url: origin }]], invalid);
});
