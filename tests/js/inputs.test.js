/** One image by every way in: whatever it is read from, the same comes out. */
import assert from "node:assert/strict";
import { createReadStream, openAsBlob } from "node:fs";
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { LayerglassError, openArchive } from "layerglass/archive";
import { FILES, pathOf } from "./support/folder.js";
import { snapshot } from "./support/snapshot.js";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-"));
after(() => rm(scratch, { recursive: true }));

const isFolder = ([, { sha256 }]) => sha256 === undefined;
const [file] = FILES.find(
  (entry) => !isFolder(entry) && entry[0].endsWith(".tar") && entry[1].images.length > 0,
);
const [folder] = FILES.find((entry) => isFolder(entry) && entry[1].images.length > 0);
const path = pathOf(file);

/** A snapshot without what the way in itself makes different: a stream's layers are scanned at once. */
async function seen(input, options) {
  const { data, images } = await snapshot(openArchive(input, { name: file, ...options }));
  return { data, images };
}

const expected = await seen(path);

const ways = {
  "a file URL": () => pathToFileURL(path),
  "a Blob": async () => new Blob([await readFile(path)]),
  "a Blob of a file": () => openAsBlob(path),
  "a File": async () => new File([await readFile(path)], "other-name"),
  "a Uint8Array": () => readFile(path),
  "a part of a larger buffer": async () => {
    const bytes = await readFile(path);
    const larger = new Uint8Array(bytes.length + 200);
    larger.set(bytes, 100);
    return larger.subarray(100, 100 + bytes.length);
  },
};

for (const [way, make] of Object.entries(ways)) {
  test(`${way} gives what the path gives`, async () => assert.deepEqual(await seen(await make()), expected));
}

test("an open file is read by its descriptor and stays open", async () => {
  const handle = await open(path);
  try {
    assert.deepEqual(await seen(handle), expected);
    assert.equal((await handle.stat()).isFile(), true);
  } finally {
    await handle.close();
  }
});

const streams = {
  "a ReadableStream": async () => new Blob([await readFile(path)]).stream(),
  "a Node stream": () => createReadStream(path),
  "a Node stream of odd pieces": () => createReadStream(path, { highWaterMark: 777 }),
  "a generator": async function* () {
    const bytes = await readFile(path);
    // The same buffer again and again: what was given away must have been copied.
    const piece = Buffer.alloc(1000);
    for (let at = 0; at < bytes.length; at += 1000) {
      const length = bytes.copy(piece, 0, at, at + 1000);
      yield piece.subarray(0, length);
    }
  },
};

for (const [way, make] of Object.entries(streams)) {
  test(`${way}, read once, gives the same data and trees`, async () => {
    const input = way === "a generator" ? make() : await make();
    assert.deepEqual(await seen(input), expected);
  });
}

test("layers of a stream are scanned when it is open", async () => {
  const archive = await openArchive(createReadStream(path));
  assert.ok(archive.data.layers.length > 0);
  assert.ok(archive.data.layers.every(({ state }) => state === "scanned"));
  await assert.rejects(archive.scan({ contents: "sha256" }), {
    kind: "unsupported",
    code: "stream-consumed",
  });
  archive.close();
});

test("a file compressed as a whole can be read again for other hashes", async () => {
  const [compressed] = FILES.find(
    ([name, entry]) => /\.(gz|zst|bz2|xz)$/.test(name) && entry.images.length > 0,
  );
  const archive = await openArchive(pathOf(compressed));
  assert.ok(archive.data.layers.every(({ state }) => state === "scanned"));
  const hashes = async () => {
    const tree = await archive.tree(0);
    await tree.expandAll();
    const rows = await tree.page(0, tree.length);
    tree.close();
    return rows.filter(({ kind }) => kind === "file").map(({ sha256 }) => sha256);
  };
  assert.ok((await hashes()).every((hash) => hash === undefined));
  await archive.scan({ contents: "sha256" });
  assert.ok((await hashes()).every((hash) => /^[0-9a-f]{64}$/.test(hash)));
  archive.close();
});

test("a folder by its path, as pairs, and as a directory handle is the same", async () => {
  const root = pathOf(folder);
  const pairs = await pairsOf(root);
  const byPath = await seen(root, { name: folder });
  assert.ok(byPath.data.images.length > 0);
  assert.deepEqual(await seen(new Map(pairs), { name: folder }), byPath);
  assert.deepEqual(await seen(handleOf(folder, pairs), { name: folder }), byPath);
  assert.deepEqual(await seen(handleOf(folder, pairs), {}).then(({ data }) => data.kind), byPath.data.kind);
});

test("links inside a folder are followed, links out of it are not", async () => {
  const root = join(scratch, "linked");
  await cp(pathOf(folder), root, { recursive: true });
  await mkdir(join(root, "more"));
  await writeFile(join(scratch, "outside"), "secret");
  await symlink(join(scratch, "outside"), join(root, "more", "outside"));
  await symlink("../..", join(root, "more", "loop"));
  await symlink("nowhere", join(root, "more", "dangling"));
  const before = await openArchive(pathOf(folder));
  const archive = await openArchive(root);
  assert.equal(archive.data.entries, before.data.entries);
  assert.deepEqual(
    archive.data.images.map(({ id }) => id),
    before.data.images.map(({ id }) => id),
  );
  before.close();
  archive.close();
});

test("the number of files in a folder is limited", async () => {
  const limits = { archiveEntries: 2 };
  const pairs = await pairsOf(pathOf(folder));
  for (const input of [pathOf(folder), pairs, handleOf(folder, pairs)]) {
    await assert.rejects(openArchive(input, { limits }), {
      name: "LayerglassError",
      kind: "limit",
      expected: "2",
    });
  }
});

test("what cannot be read is refused with a typed error", async () => {
  const refuse = async (input, expectation) => {
    const error = await openArchive(input).then(
      () => assert.fail("opened"),
      (error) => error,
    );
    assert.ok(error instanceof LayerglassError, `${error}`);
    for (const [field, value] of Object.entries(expectation)) assert.equal(error[field], value);
  };
  await refuse(join(scratch, "no-such-file"), { kind: "not_found", code: "file-not-found" });
  await refuse("with a \0 in it", { kind: "invalid" });
  await refuse(new URL("https://localhost/x"), { kind: "unsupported" });
  for (const input of [undefined, null, 7, {}, [1, 2], [["path", "text"]]])
    await refuse(input, { kind: "invalid", code: "input" });
  await refuse(Readable.from(["text"]), { kind: "invalid" });
  const locked = new Blob(["x"]).stream();
  locked.getReader();
  await refuse(locked, { kind: "invalid" });
  await refuse(
    (async function* () {
      yield new Uint8Array(10);
      throw new Error("the disk is gone");
    })(),
    { kind: "io", code: "read-failed", message: "the disk is gone" },
  );
  for (const workers of [0, -1, 1.5, Number.NaN, 1e9, "4"]) {
    await assert.rejects(openArchive(path, { workers }), { kind: "invalid", code: "workers" });
  }
});

/** Paths and contents of a folder's files. */
async function pairsOf(root) {
  const pairs = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const at = join(entry.parentPath ?? entry.path, entry.name);
    pairs.push([
      at.slice(root.length + 1).replaceAll("\\", "/"),
      new File([await readFile(at)], basename(at)),
    ]);
  }
  return pairs;
}

/** The files as the file system access API gives them. */
function handleOf(name, pairs, prefix = "") {
  return {
    kind: "directory",
    name,
    async *entries() {
      const folders = new Set();
      for (const [path, file] of pairs) {
        if (!path.startsWith(prefix)) continue;
        const [first, ...rest] = path.slice(prefix.length).split("/");
        if (rest.length === 0) yield [first, { kind: "file", name: first, getFile: async () => file }];
        else if (!folders.has(first)) {
          folders.add(first);
          yield [first, handleOf(first, pairs, `${prefix}${first}/`)];
        }
      }
    },
  };
}
