/** Filters, flat lists and sort keys of file trees: on every test image against a plain loop, and against hostile input. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { compareImages } from "layerglass/inspect";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";
import { allRows } from "./support/tree-lines.js";

const IMAGES = FILES.filter(([, { images }]) => images.length > 0).map(([name]) => name);

const opened = [];
after(() => {
  for (const archive of opened) archive.close();
});

async function open(input, options) {
  const archive = await openArchive(input, options);
  opened.push(archive);
  await archive.scan();
  return archive;
}

/** A filter, and the same as a question about a row. */
const FILTERS = [
  ["ETC", (row) => lower(row.path).includes("etc")],
  [{ text: "Lib/" }, (row) => lower(row.path).includes("lib/")],
  [{ glob: "*.conf" }, (row) => /(^|\/)[^/]*\.conf$/.test(row.path)],
  [
    { glob: ["etc/*", "usr/**/*.so.?"] },
    (row) => /^etc\/[^/]+$|^usr\/(.*\/)?[^/]*\.so\.[^/]$/.test(row.path),
  ],
  [{ expression: /\.(pem|crt|sh)$/i }, (row) => /\.(pem|crt|sh)$/i.test(row.path)],
  [
    { expression: "^(?:bin|s?bin/.*a)", kinds: ["symlink"] },
    (row) => row.kind === "symlink" && /^(?:bin|s?bin\/.*a)/.test(row.path),
  ],
  [
    { size: { min: 1000, max: 20_000 } },
    (row) => row.kind === "file" && row.size >= 1000 && row.size <= 20_000,
  ],
  [{ size: { max: 0 } }, (row) => row.kind === "file" && row.size === 0],
  [{ mode: { all: 0o4000 }, kinds: ["file"] }, (row) => row.kind === "file" && (row.mode & 0o4000) !== 0],
  [
    { mode: { any: 0o022, none: 0o1000 } },
    (row) => row.kind !== "symlink" && (row.mode & 0o022) !== 0 && (row.mode & 0o1000) === 0,
  ],
  [{ owner: 0, group: 42 }, (row) => row.uid === 0 && row.gid === 42],
  [{ owner: "root" }, (row) => row.owner === "root"],
  [{ layers: [1] }, (row) => row.layer === 1],
  [{ changes: ["added"], kinds: ["directory"] }, (row) => row.change === "added" && row.kind === "directory"],
  [
    { aspects: ["mode", "size"] },
    (row) => row.aspects.some((aspect) => aspect === "mode" || aspect === "size"),
  ],
];
const lower = (text) => text.toLowerCase();

const KEYS = {
  path: () => 0,
  size: (row) => BigInt(row.totalSize),
  mtime: (row) => (row.implied ? -(2 ** 60) : row.mtime),
  mode: (row) => row.mode,
  owner: (row) => row.uid * 2 ** 32 + row.gid,
  layer: (row) => row.layer,
  change: (row) => ["unchanged", "added", "modified", "removed"].indexOf(row.change),
};

for (const name of IMAGES) {
  test(`${name}: filters mean what a loop over all rows finds`, async () => {
    const archive = await open(pathOf(name), { workers: 2 });
    for (const image of archive.data.images) {
      const made = await archive.tree(image.index).catch((error) => error);
      // An image whose layers are not in the file has no tree.
      if (made instanceof Error) continue;
      const tree = made;
      const all = await allRows(tree, 1000);
      for (const [filter, isMeant] of FILTERS) {
        await tree.filter(filter);
        const meant = all.filter(isMeant).map(({ id }) => id);
        assert.equal(tree.matches, meant.length, JSON.stringify(filter));
        await tree.setFlat(true);
        const rows = await tree.page(0, tree.length);
        assert.deepEqual(
          rows.map(({ id }) => id).sort((a, b) => a - b),
          meant.sort((a, b) => a - b),
        );
        assert.ok(rows.every(({ depth, siblings }) => depth === 0 && siblings === tree.length));
        assert.deepEqual(
          rows.map(({ position }) => position),
          rows.map((_, at) => at + 1),
        );
        await tree.setFlat(false);
      }
      await tree.filter("");
      assert.equal(tree.matches, all.length);
    }
  });
}

test("a flat list is sorted as a whole by every key, and pages are parts of it", async () => {
  const archive = await open(pathOf(IMAGES[0]), { workers: 2 });
  const tree = await archive.tree(0);
  await tree.setFlat(true);
  for (const [key, value] of Object.entries(KEYS))
    for (const descending of [false, true]) {
      await tree.sort(key, descending);
      const rows = await tree.page(0, tree.length);
      assert.equal(rows.length, tree.matches);
      const turn = descending ? -1 : 1;
      for (let at = 1; at < rows.length; at++) {
        const [before, row] = [value(rows[at - 1]), value(rows[at])];
        const byPath = comparePaths(rows[at - 1].path, rows[at].path) * (key === "path" ? turn : 1);
        assert.ok(before === row ? byPath < 0 : before < row === !descending, `${key} ${rows[at].path}`);
      }
      const from = Math.floor(rows.length / 3);
      assert.deepEqual(await tree.page(from, 5), rows.slice(from, from + 5));
      assert.equal(await tree.reveal(rows[from].id), from);
      assert.equal(await tree.reveal(rows[from].path), from);
    }
});

/** By the bytes of one component after the other. */
function comparePaths(a, b) {
  const [one, other] = [a.split("/"), b.split("/")];
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const order = Buffer.compare(Buffer.from(one[at]), Buffer.from(other[at]));
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

async function made(files, options) {
  return open(await dockerArchive([tarOf(files)]), options);
}

const paths = async (tree) => (await tree.page(0, 1000)).map(({ path }) => path);

test("an expression that never ends is ended, and the tree stays as it was", async () => {
  const archive = await made(
    { [`${"a".repeat(60)}!`]: "1", "etc/hosts": "2" },
    { limits: { filterMilliseconds: 300, pathDepth: 100 } },
  );
  const tree = await archive.tree(0);
  await tree.filter("hosts");
  const before = await paths(tree);
  const started = performance.now();
  await assert.rejects(tree.filter({ expression: /^(a+)+$/ }), (error) => {
    assert.equal(error.kind, "limit");
    assert.match(error.message, /filterMilliseconds/);
    assert.equal(error.expected, "300");
    return true;
  });
  assert.ok(performance.now() - started >= 290, "it was given its time");
  assert.deepEqual(await paths(tree), before);
  assert.equal(tree.matches, 1);
  // The next expression has a worker that answers.
  await tree.filter({ expression: "^a" });
  assert.equal(tree.matches, 1);
});

test("while an expression hangs, the tree answers; another filter or the caller ends it", async () => {
  const archive = await made({ [`${"a".repeat(60)}!`]: "1", "etc/hosts": "2" });
  const tree = await archive.tree(0);
  const hanging = tree.filter({ expression: /^(a+)+$/ });
  const ended = assert.rejects(hanging, { kind: "aborted" });
  assert.equal((await tree.page(0, 10)).length, 2);
  await tree.filter("hosts");
  await ended;
  assert.equal(tree.matches, 1);
  const controller = new AbortController();
  const aborted = tree.filter({ expression: /^(a+)+$/ }, { signal: controller.signal });
  setTimeout(() => controller.abort("enough"), 50);
  await assert.rejects(aborted, { kind: "aborted", cause: "enough" });
  const closing = tree.filter({ expression: /^(a+)+$/ });
  setTimeout(() => tree.close(), 50);
  await assert.rejects(closing, { kind: "aborted" });
});

test("the tree of a comparison, which another worker holds, is filtered in the same way", async () => {
  const before = await made({ "etc/hosts": "1", "etc/motd": "2" }, { limits: { filterMilliseconds: 300 } });
  const after = await made({ "etc/hosts": "22", "etc/new.pem": "3", [`${"a".repeat(60)}!`]: "4" });
  const comparison = await compareImages({ archive: before, image: 0 }, { archive: after, image: 0 });
  const tree = await comparison.tree();
  await tree.setFlat(true);
  await tree.sort("path");
  await tree.filter({ expression: /^etc\/[a-m]/, changes: ["modified", "removed"] });
  assert.deepEqual(
    (await tree.page(0, 10)).map(({ path, change }) => `${path} ${change}`),
    ["etc/hosts modified", "etc/motd removed"],
  );
  await assert.rejects(tree.filter({ expression: /^(a+)+$/ }), { kind: "limit" });
  assert.equal(tree.matches, 2);
  comparison.close();
});

test("expressions that cannot be matched say why", async () => {
  const archive = await made({ file: "1" });
  const tree = await archive.tree(0);
  await assert.rejects(tree.filter({ expression: "(" }), {
    kind: "invalid",
    code: "expression",
    message: /Unterminated group/,
    input: "(",
  });
  // The message does not repeat all of it.
  await assert.rejects(tree.filter({ expression: `${"a".repeat(30_000)}(` }), (error) => {
    assert.deepEqual([error.kind, error.code], ["invalid", "expression"]);
    assert.ok(error.message.length < 500, `${error.message.length} characters`);
    return true;
  });
  // The flags that make an expression remember where it was.
  await tree.filter({ expression: /f/gy });
  await tree.filter({ expression: /ile/g });
  assert.equal(tree.matches, 1);
});

test("hostile names are matched as they are shown", async () => {
  const names = {
    "\uFEFFbom": "",
    "line\nbreak": "",
    "\u202Etxt.exe": "",
    Straße: "",
    İstanbul: "",
    "\u212A": "",
    ["__proto__"]: "",
    "😀": "",
  };
  const bytes = tarOf({ ...names, rawXX: "" });
  bytes.set([0xff, 0xfe], bytes.indexOf("rawXX") + 3);
  // The checksum of the changed header.
  const at = bytes.indexOf("raw") & ~511;
  bytes.fill(32, at + 148, at + 156);
  const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
  const archive = await open(await dockerArchive([bytes]));
  const tree = await archive.tree(0);
  const finds = async (filter, ...expected) => {
    await tree.filter(filter);
    assert.deepEqual(await paths(tree), expected, JSON.stringify(filter));
  };
  await finds({ expression: /^\uFEFF/ }, "\uFEFFbom");
  await finds({ expression: /^line$/m }, "line\nbreak");
  await finds({ expression: "^.txt" }, "\u202Etxt.exe");
  await finds({ expression: /^.$/u }, "\u212A", "😀");
  await finds({ expression: "^raw\uFFFD\uFFFD$" }, "raw\uFFFD\uFFFD");
  await finds("RAW\uFFFD", "raw\uFFFD\uFFFD");
  await finds("STRASSE");
  await finds("straSSe".replace("SS", "ß"), "Straße");
  await finds("i\u0307stanbul", "İstanbul");
  await finds("k", "line\nbreak", "\u212A");
  await finds({ glob: "raw??" }, "raw\uFFFD\uFFFD");
  await finds("__proto__", "__proto__");
  await tree.filter("");
  const raw = (await tree.page(0, 100)).find(({ name }) => name.startsWith("raw"));
  assert.equal(await tree.reveal(raw.path), -1);
  assert.ok((await tree.reveal(raw.id)) >= 0);
});

test("what is no criterion is named", async () => {
  const archive = await made({ file: "1" });
  const tree = await archive.tree(0);
  for (const [filter, what] of [
    [{ name: "x" }, "name"],
    [null, "filter"],
    [7, "filter"],
    [{ text: 7 }, "text"],
    [{ text: "x".repeat(100_000) }, "text"],
    [{ glob: [7] }, "glob"],
    [{ kinds: "file" }, "kinds"],
    [{ kinds: ["folder"] }, "kinds"],
    [{ changes: ["gone"] }, "changes"],
    [{ aspects: [undefined] }, "aspects"],
    [{ owner: "" }, "owner"],
    [{ owner: -1 }, "owner"],
    [{ group: 2 ** 32 }, "group"],
    [{ mode: { all: 0o10000 } }, "mode.all"],
    [{ size: { min: -1 } }, "size.min"],
    [{ size: { max: Number.NaN } }, "size.max"],
    [{ layers: [1.5] }, "layers"],
    [{ layers: Array.from({ length: 70_000 }, () => 1) }, "layers"],
    [{ expression: {} }, "expression"],
  ])
    await assert.rejects(tree.filter(filter), (error) => {
      assert.deepEqual([error.kind, error.code], ["invalid", "argument"]);
      assert.ok(error.message.startsWith(`\`${what}\``), error.message);
      return true;
    });
  await assert.rejects(tree.filter({ glob: "[a" }), { kind: "invalid", code: "pattern-syntax", offset: 0 });
  await assert.rejects(tree.sort("colour"), { kind: "invalid", code: "argument" });
  for (const filterMilliseconds of [0, -1, 1.5, 2 ** 31, "5"])
    await assert.rejects(openArchive(new Uint8Array(), { limits: { filterMilliseconds } }), {
      kind: "invalid",
      code: "argument",
    });
  await tree.filter({ size: { min: 1n, max: Number.POSITIVE_INFINITY } });
  assert.equal(tree.matches, 1);
});

test("names are found by their beginning among the rows that are visible", async () => {
  const archive = await made({ "a/one": "", "a/two": "", "b/One": "", Übung: "" });
  const tree = await archive.tree(0);
  assert.equal(await tree.find("B"), 1);
  assert.equal(await tree.find("one"), -1);
  await tree.expandAll();
  assert.equal(await tree.find("ONE"), 1);
  assert.equal(await tree.find("one", 2), 4);
  assert.equal(await tree.find("one", 5), 1);
  assert.equal(await tree.find("üb"), 5);
});
