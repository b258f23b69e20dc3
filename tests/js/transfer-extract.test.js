/** Files, folders, layers and whole trees out of archives, in Node: beside what `tar` says of the same bytes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openArchive } from "layerglass/archive";
import { extractFile, extractLayer, extractTar, fileVersions, transferUse } from "layerglass/transfer";
import { bytesOf } from "./support/essence.js";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";

const scratch = await mkdtemp(join(tmpdir(), "layerglass-extract-"));
after(() => rm(scratch, { recursive: true, force: true }));

const images = FILES.filter(([, { images }]) => images.length > 0).map(([name]) => name);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const text = (bytes) => new TextDecoder().decode(bytes);

/** The names in a tar, as `tar` lists them. */
async function listed(bytes) {
  const path = join(scratch, "listed.tar");
  await writeFile(path, bytes);
  const lines = execFileSync("tar", ["--quoting-style=escape", "-tf", path], { encoding: "utf8" });
  return lines.split("\n").filter(Boolean);
}

/** All rows of a tree. */
async function rowsOf(archive, image) {
  const tree = await archive.tree(image);
  await tree.expandAll(1_000_000);
  const rows = await tree.page(0, tree.length);
  tree.close();
  return rows;
}

for (const name of images) {
  test(`${name}: layers, root file system and files`, { timeout: 120_000 }, async () => {
    const archive = await openArchive(pathOf(name), { contents: "sha256" });
    const { layers, images } = await archive.scan();
    for (const { index, scan } of layers.slice(0, 4)) {
      const stored = await bytesOf(extractLayer(archive, index).stream);
      assert.equal(`sha256:${sha256(stored)}`, scan.digest);
      const plain = extractLayer(archive, index, { compression: "none" });
      assert.equal(`sha256:${sha256(await bytesOf(plain.stream))}`, (await plain.report).diffId);
      const zstd = extractLayer(archive, index, { compression: "zstd" });
      const bytes = await bytesOf(zstd.stream);
      assert.deepEqual([...bytes.subarray(0, 4)], [0x28, 0xb5, 0x2f, 0xfd]);
      const { digest, diffId, size } = await zstd.report;
      assert.deepEqual([digest, diffId, size], [`sha256:${sha256(bytes)}`, scan.diffId, bytes.length]);
    }
    const [image] = images.filter(({ role, presence }) => role === "image" && presence === "complete");
    const rows = await rowsOf(archive, image.index);
    const { stream, report } = extractTar(archive, image.index);
    const tar = await bytesOf(stream);
    const paths = (await listed(tar)).map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));
    // Of names that are no text the tree shows another form.
    const ascii = (path) => /^[ -~]+$/.test(path) && !path.includes("\\");
    assert.deepEqual(
      new Set(paths.filter((path) => path !== "" && ascii(path))),
      new Set(rows.map(({ path }) => path).filter((path) => path !== "" && ascii(path))),
    );
    assert.ok((await report).entries > 0);
    assert.equal(sha256(await bytesOf(extractTar(archive, image.index).stream)), sha256(tar));

    const files = rows
      .filter(({ kind, sha256, path }) => kind === "file" && sha256 && ascii(path))
      .slice(0, 20);
    assert.ok(files.length > 0);
    for (const row of files) {
      const file = await extractFile(archive, image.index, row.path);
      const bytes = new Uint8Array(await (await file.blob()).arrayBuffer());
      assert.deepEqual([file.size, bytes.length, sha256(bytes)], [row.size, row.size, row.sha256], row.path);
    }
    archive.close();
  });
}

const LAYERS = [
  tarOf({ "etc/": "", "etc/motd": "first\n", "etc/gone": "secret\n", "srv/": "", "srv/data": "data\n" }),
  tarOf({ "etc/motd": "second\n", "etc/.wh.gone": "" }),
  tarOf({ "etc/motd": "third\n" }),
];

test("versions of a file that upper layers replaced or removed", async () => {
  const archive = await openArchive(await dockerArchive(LAYERS));
  const read = async (path, version) =>
    text(await bytesOf((await extractFile(archive, 0, path, { version })).stream));
  const motd = await fileVersions(archive, 0, "etc/motd");
  assert.deepEqual(
    motd.map(({ layer, change }) => [layer, change]),
    [
      [0, "added"],
      [1, "modified"],
      [2, "modified"],
    ],
  );
  assert.deepEqual(await Promise.all(motd.map((version) => read("etc/motd", version))), [
    "first\n",
    "second\n",
    "third\n",
  ]);
  assert.equal(await read("etc/motd"), "third\n");
  const [added, removed] = await fileVersions(archive, 0, "etc/gone");
  assert.deepEqual([added.change, removed.change], ["added", "removed"]);
  assert.equal(await read("etc/gone", added), "secret\n");
  await assert.rejects(extractFile(archive, 0, "etc/gone"), { kind: "not_found", code: "no-file" });
  await assert.rejects(extractFile(archive, 0, "etc/gone", { version: removed }), { kind: "invalid" });
  await assert.rejects(extractFile(archive, 0, "etc"), { kind: "invalid" });
  await assert.rejects(extractFile(archive, 7, "etc"), { kind: "not_found" });
  archive.close();
});

test("folders, ranges of layers and compressed tars", async () => {
  const archive = await openArchive(await dockerArchive(LAYERS));
  const names = async (options) => listed(await bytesOf(extractTar(archive, 0, options).stream));
  assert.deepEqual((await names()).sort(), ["etc/", "etc/motd", "srv/", "srv/data"]);
  assert.deepEqual((await names({ to: 0 })).sort(), ["etc/", "etc/gone", "etc/motd", "srv/", "srv/data"]);
  assert.deepEqual((await names({ path: "/etc" })).sort(), ["etc/", "etc/motd"]);
  assert.ok((await names({ path: "etc", strip: true })).includes("motd"));
  assert.deepEqual((await names({ from: 1 })).sort(), ["etc/.wh.gone", "etc/motd"]);
  const plain = await bytesOf(extractTar(archive, 0).stream);
  const gzip = await bytesOf(extractTar(archive, 0, { compression: "gzip" }).stream);
  const path = join(scratch, "tar.gz");
  await writeFile(path, gzip);
  assert.equal(sha256(execFileSync("gzip", ["-dc", path])), sha256(plain));
  await assert.rejects(bytesOf(extractTar(archive, 0, { path: "absent" }).stream), { path: "absent" });
  await assert.rejects(bytesOf(extractTar(archive, 0, { compression: "rar" }).stream), {
    kind: "invalid",
    code: "argument",
  });
  archive.close();
});

test("after a scan a file is read from the checkpoint before it", { timeout: 120_000 }, async () => {
  // What gzip cannot make smaller, so that the file lies deep in what is stored.
  const noise = (seed, length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0, state = seed; at < length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at] = state >>> 24;
    }
    return bytes;
  };
  const files = Object.fromEntries(
    Array.from({ length: 6 }, (_, at) => [`big${at}`, noise(at + 1, 8 << 20)]),
  );
  const layer = gzipSync(
    tarOf({ ...files, "deep/": "", "deep/file": "found\n", ...{ last: noise(9, 4 << 20) } }),
    {
      level: 1,
    },
  );
  const bytes = await dockerArchive([layer]);
  for (const scanner of ["the archive", "the transfer"]) {
    const archive = await openArchive(bytes);
    const before = await transferUse(archive);
    if (scanner === "the archive") await archive.scan();
    else await (await extractFile(archive, 0, "last")).blob();
    const { read } = await transferUse(archive);
    if (scanner === "the archive") assert.equal(read, before.read, "the scan is not repeated");
    else assert.ok(read >= layer.length);
    assert.equal(await (await (await extractFile(archive, 0, "deep/file")).blob()).text(), "found\n");
    const after = (await transferUse(archive)).read - read;
    assert.ok(after < layer.length / 2.5, `${after} of ${layer.length} bytes were read`);
    archive.close();
  }
});

test("a stream that is left, ended, or whose worker is closed", async () => {
  const archive = await openArchive(await dockerArchive([tarOf({ big: new Uint8Array(32 << 20) })]));
  const left = extractLayer(archive, 0, { compression: "none" });
  const reader = left.stream.getReader();
  await reader.read();
  await reader.cancel("enough");
  await assert.rejects(left.report, { kind: "aborted" });

  const controller = new AbortController();
  const ended = extractLayer(archive, 0, { compression: "none", signal: controller.signal });
  const other = ended.stream.getReader();
  await other.read();
  controller.abort("enough");
  await assert.rejects(
    (async () => {
      while (!(await other.read()).done);
    })(),
    { kind: "aborted", cause: "enough" },
  );
  await assert.rejects(ended.report, { kind: "aborted" });

  // Nothing is made ahead of who does not read.
  const idle = extractLayer(archive, 0, { compression: "none" });
  const slow = idle.stream.getReader();
  await slow.read();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { read } = await transferUse(archive);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await transferUse(archive)).read, read);

  const closed = extractLayer(archive, 0, { compression: "none" });
  const last = closed.stream.getReader();
  await last.read();
  archive.close();
  await assert.rejects(
    (async () => {
      while (!(await last.read()).done);
    })(),
    { kind: "aborted", code: "closed" },
  );
  await assert.rejects(closed.report, { code: "closed" });
});

test("a layer that is another than it is said to be fails, by its entry", async () => {
  const archive = await openArchive(await dockerArchive(LAYERS, { wrongDiffId: 1 }));
  const { stream } = extractLayer(archive, 1);
  await assert.rejects(bytesOf(stream), (error) => {
    assert.equal(error.kind, "corrupt");
    assert.equal(error.path, archive.data.layers[1].path);
    assert.ok(error.expected && error.found);
    return true;
  });
  archive.close();
});

test("a stream that was read, and arguments that are none", async () => {
  const bytes = await dockerArchive(LAYERS);
  const consumed = await openArchive(new Blob([bytes]).stream());
  await assert.rejects(bytesOf(extractLayer(consumed, 0).stream), { code: "stream-consumed" });
  consumed.close();
  await assert.rejects(bytesOf(extractLayer(consumed, 0).stream), { code: "closed" });
  const archive = await openArchive(bytes);
  await assert.rejects(bytesOf(extractLayer(archive, 9).stream), { kind: "not_found" });
  await assert.rejects(bytesOf(extractLayer(archive, 0, { compression: "gzip", level: 99 }).stream), {
    kind: "invalid",
  });
  await assert.rejects(fileVersions(archive, 0, 7), { kind: "invalid" });
  assert.throws(() => extractLayer(archive, -1), { kind: "invalid" });
  archive.close();
});
