/** Looking into images, in Node: packages, issues, waste, use of space, comparison and verification. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { openArchive } from "layerglass/archive";
import {
  compareImages,
  extractFile,
  fileVersions,
  inspectUse,
  issues,
  LayerglassError,
  packages,
  packagesAs,
  usage,
  verification,
  waste,
} from "layerglass/inspect";
import * as transfer from "layerglass/transfer";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";
import { allRows } from "./support/tree-lines.js";

const images = FILES.filter(([, { images }]) => images.length > 0).map(([name]) => name);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** What gzip cannot make smaller. */
function noise(seed, length) {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = seed; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

const STATUS = (versions) =>
  Object.entries(versions)
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nInstalled-Size: 7\n`,
    )
    .join("\n");
const ELF = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(9000)]);
const LOWER = {
  "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
  "usr/bin/tool": "#!/bin/sh\n",
  "usr/share/twin": noise(1, 5000),
  "var/lib/dpkg/status": STATUS({ gone: "1", tool: "1.0" }),
  "var/lib/dpkg/info/tool.list": "/.\n/usr/bin/tool\n/usr/share/doc/tool/absent\n",
  "app/node_modules/left/package.json": '{"name":"left","version":"1.2.3","license":"MIT"}',
  "secret/key": "aws_key = AKIAQWERTYUIOPASDFGH\n",
};
const UPPER = {
  "secret/.wh.key": "",
  "usr/share/copy": LOWER["usr/share/twin"],
  "usr/bin/tool": "#!/bin/bash\n",
  "var/lib/dpkg/status": STATUS({ tool: "1.0", added: "2:3" }),
};

test("packages of two layers, since when they are there and which are gone", async () => {
  for (const pack of [(tar) => tar, (tar) => gzipSync(tar)]) {
    const archive = await openArchive(await dockerArchive([pack(tarOf(LOWER)), pack(tarOf(UPPER))]));
    await archive.scan();
    const found = await packages(archive, 0);
    assert.deepEqual(
      found.packages.map(({ kind, name, version, layer, fileCount, missing }) => [
        ...[kind, name, version, layer],
        ...[fileCount, missing],
      ]),
      [
        ["deb", "added", "2:3", 1, 0, 0],
        ["deb", "tool", "1.0", 0, 1, 1],
        ["node", "left", "1.2.3", 0, 1, 0],
      ],
    );
    assert.equal(found.packages[1].size, UPPER["usr/bin/tool"].length);
    assert.equal(found.packages[1].purl, "pkg:deb/debian/tool@1.0?arch=amd64&distro=debian-12");
    assert.deepEqual(
      found.removed.map(({ name, lastLayer, removedIn }) => [name, lastLayer, removedIn]),
      [["gone", 0, 1]],
    );
    assert.deepEqual([found.distribution.id, found.distribution.versionId], ["debian", "12"]);
    assert.deepEqual(found.findings, []);
    archive.close();
  }
});

test("lists of packages are the same for the same time, and are not read anew", async () => {
  const archive = await openArchive(await dockerArchive([tarOf(LOWER)]));
  await archive.scan();
  const created = "2026-01-31T12:00:00Z";
  const spdx = await packagesAs(archive, 0, "spdx", { created });
  const { read } = await inspectUse(archive);
  assert.equal(await packagesAs(archive, 0, "spdx", { created: new Date(created) }), spdx);
  const document = JSON.parse(spdx);
  assert.deepEqual([document.spdxVersion, document.creationInfo.created], ["SPDX-2.3", created]);
  assert.equal(document.name, "made:1");
  assert.deepEqual(
    document.packages.slice(1).map(({ name, versionInfo }) => `${name} ${versionInfo}`),
    ["gone 1", "tool 1.0", "left 1.2.3"],
  );
  const cyclonedx = JSON.parse(await packagesAs(archive, 0, "cyclonedx", { created, name: "other" }));
  assert.deepEqual([cyclonedx.bomFormat, cyclonedx.metadata.component.name], ["CycloneDX", "other"]);
  assert.equal(cyclonedx.components.filter(({ type }) => type === "library").length, 3);
  assert.equal((await inspectUse(archive)).read, read);
  await assert.rejects(packagesAs(archive, 0, "csv"), { kind: "invalid" });
  await assert.rejects(packagesAs(archive, 0, "spdx", { created: "soon" }), { kind: "invalid" });
  archive.close();
});

test("issues, those of deleted files too", async () => {
  const archive = await openArchive(await dockerArchive([tarOf(LOWER), tarOf(UPPER)]));
  await archive.scan();
  const found = await issues(archive, 0);
  const told = found.issues.map(({ rule, path, layer, deleted }) => [rule, path, layer, deleted]);
  assert.deepEqual(told, [
    ["root-user", undefined, undefined, false],
    ["secret", "secret/key", 0, true],
  ]);
  assert.equal(found.more, 0);
  assert.ok(!JSON.stringify(found).includes("AKIAQWERTYUIOPASDFGH"), "the secret itself is not told");
  const few = await openArchive(await dockerArchive([tarOf(LOWER), tarOf(UPPER)]), {
    limits: { lintIssues: 1 },
  });
  assert.equal((await issues(few, 0)).more, 1);
  for (const opened of [archive, few]) opened.close();
});

test("waste, counted by hand", async () => {
  const archive = await openArchive(await dockerArchive([tarOf(LOWER), tarOf(UPPER)]));
  await archive.scan();
  const found = await waste(archive, 0);
  const size = (contents) => contents.length;
  const all = [...Object.values(LOWER), ...Object.values(UPPER)].map(size).reduce((a, b) => a + b);
  const overwritten = size(LOWER["usr/bin/tool"]) + size(LOWER["var/lib/dpkg/status"]);
  assert.deepEqual(
    [found.contentSize, found.overwritten, found.removed, found.duplicate],
    [all, overwritten, size(LOWER["secret/key"]), 5000],
  );
  assert.equal(found.wasted, found.overwritten + found.removed + found.duplicate);
  assert.equal(found.squashed, all - found.overwritten - found.removed);
  const [largest] = found.items;
  assert.deepEqual(
    [largest.kind, largest.path, largest.sameAs, largest.by],
    ["duplicate", "usr/share/copy", "usr/share/twin", 0],
  );
  assert.equal(found.layers[1].caused, found.overwritten + found.removed);
  archive.close();
});

test("use of space adds up, however few nodes tell it", async () => {
  const archive = await openArchive(await dockerArchive([tarOf(LOWER), tarOf(UPPER)]));
  await archive.scan();
  const rows = await allRows(await archive.tree(0));
  const bytes = rows.filter(({ kind }) => kind === "file").reduce((sum, { size }) => sum + size, 0);
  const count = (node) => 1 + (node.children ?? []).reduce((sum, child) => sum + count(child), 0);
  const check = (node) => {
    if (!node.children) return;
    assert.equal(
      node.children.reduce((sum, child) => sum + child.bytes, 0),
      node.bytes,
      node.path,
    );
    node.children.forEach(check);
  };
  for (const by of ["folder", "layer", "extension", "package"]) {
    for (const nodes of [undefined, 6]) {
      const whole = await usage(archive, 0, { by, ...(nodes && { nodes }) });
      assert.equal(whole.bytes, bytes, by);
      check(whole);
      if (nodes) assert.ok(count(whole) <= nodes, `${by}: ${count(whole)} nodes`);
    }
  }
  const { children } = await usage(archive, 0, { by: "package" });
  assert.ok(children.some(({ name, files }) => name === "tool" && files === 1));
  await assert.rejects(usage(archive, 0, { by: "colour" }), { kind: "invalid" });
  archive.close();
});

test("two images of two files, and their paths as a tree", async () => {
  const [before, after] = await Promise.all([
    openArchive(await dockerArchive([tarOf(LOWER)])),
    openArchive(new Blob([await dockerArchive([tarOf(LOWER), tarOf(UPPER)])])),
  ]);
  await Promise.all([before.scan(), after.scan()]);
  const comparison = await compareImages(
    { archive: before, image: 0 },
    { archive: after, image: 0 },
    { packages: true },
  );
  const { data } = comparison;
  assert.deepEqual([data.before.layers, data.after.layers, data.commonLayers], [1, 2, 1]);
  assert.deepEqual(
    [data.files.added, data.files.removed, data.files.changed],
    [1, 1, 2],
    JSON.stringify(data.files),
  );
  assert.deepEqual(
    data.packages.map(({ name, change }) => [name, change]),
    [
      ["added", "added"],
      ["gone", "removed"],
    ],
  );
  const tree = await comparison.tree();
  const rows = await allRows(tree);
  const changes = rows.filter(({ kind, change }) => kind === "file" && change !== "unchanged");
  assert.deepEqual(changes.map(({ path, change }) => [path, change]).sort(), [
    ["secret/key", "removed"],
    ["usr/bin/tool", "modified"],
    ["usr/share/copy", "added"],
    ["var/lib/dpkg/status", "modified"],
  ]);
  await tree.filter("usr/share");
  assert.equal(tree.matches, 1);
  comparison.close();
  await assert.rejects(tree.page(0, 1), { code: "closed" });

  // The same the other way round, and an image beside itself.
  const back = await compareImages({ archive: after, image: 0 }, { archive: before, image: 0 });
  assert.deepEqual([back.data.files.added, back.data.files.removed, back.data.packages], [1, 1, undefined]);
  const same = await compareImages({ archive: after, image: 0 }, { archive: after, image: 0 });
  assert.deepEqual([same.data.files.changed, same.data.commonLayers], [0, 2]);
  await assert.rejects(compareImages({ archive: before, image: 0 }, { archive: after, image: 9 }), {
    kind: "not_found",
  });
  before.close();
  after.close();
});

test("verification tells what was scanned, and reads nothing for it", async () => {
  const archive = await openArchive(await dockerArchive([tarOf(LOWER), tarOf(UPPER)], { wrongDiffId: 1 }));
  const first = await verification(archive);
  const { read } = await inspectUse(archive);
  assert.ok(first.pending > 0 && first.mismatching === 0);
  await archive.scan();
  const second = await verification(archive);
  assert.equal(second.pending, 0);
  const [wrong] = second.items.filter(({ what, state }) => what === "diff-id" && state === "mismatch");
  assert.deepEqual([wrong.what, wrong.layer, wrong.declared], ["diff-id", 1, `sha256:${"0".repeat(64)}`]);
  assert.equal((await inspectUse(archive)).read, read);
  archive.close();
});

test("after a scan a preview reads what lies around the file, and nothing twice", {
  timeout: 120_000,
}, async () => {
  const files = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`big${at}`, noise(at, 8 << 20)]));
  const layer = gzipSync(tarOf({ ...files, "deep/file": "found\n", last: noise(9, 4 << 20) }), { level: 1 });
  const archive = await openArchive(await dockerArchive([layer]));
  await archive.scan();
  assert.deepEqual(await inspectUse(archive), { memory: 0, read: 0 });
  const { blob } = await extractFile(archive, 0, "deep/file");
  assert.equal(await (await blob()).text(), "found\n");
  const { read } = await inspectUse(archive);
  assert.ok(read < layer.length / 8, `${read} of ${layer.length} bytes were read`);
  assert.equal((await fileVersions(archive, 0, "deep/file")).length, 1);
  assert.equal((await inspectUse(archive)).read, read);
  archive.close();
});

for (const name of images) {
  test(`${name}: everything that can be asked`, { timeout: 120_000 }, async () => {
    const archive = await openArchive(pathOf(name), { contents: "sha256" });
    await archive.scan();
    const [image] = archive.data.images.filter(
      ({ role, presence }) => role === "image" && presence === "complete",
    );
    const rows = await allRows(await archive.tree(image.index));
    const bytes = rows.reduce((sum, { kind, size }) => (kind === "file" ? sum + size : sum), 0);
    const { packages: found, findings } = await packages(archive, image.index);
    assert.deepEqual([found, findings], [[], []], "the test images hold no packages");
    const { issues: told } = await issues(archive, image.index);
    const setId = rows.filter(({ kind, mode }) => kind === "file" && mode & 0o6000 && mode & 0o111);
    assert.deepEqual(
      told.filter(({ rule }) => rule === "set-id").map(({ path }) => path),
      setId.map(({ path }) => path).sort(),
    );
    const wasted = await waste(archive, image.index);
    assert.equal(wasted.wasted, wasted.overwritten + wasted.removed + wasted.duplicate);
    const { bytes: used } = await usage(archive, image.index, { by: "folder" });
    // Hard links count once.
    assert.ok(used <= bytes && used > 0, `${used} of ${bytes}`);
    const comparison = await compareImages(
      { archive, image: image.index },
      { archive, image: image.index },
      { packages: true },
    );
    const { files } = comparison.data;
    assert.deepEqual([files.added, files.removed, files.changed, files.metadata], [0, 0, 0, 0]);
    assert.equal(files.same, rows.length);
    const checked = await verification(archive);
    assert.deepEqual([checked.mismatching, checked.pending], [0, 0]);
    for (const row of rows
      .filter(({ kind, sha256, path }) => kind === "file" && sha256 && /^[ -~]+$/.test(path))
      .slice(0, 5)) {
      const file = await extractFile(archive, image.index, row.path);
      assert.equal(sha256(new Uint8Array(await (await file.blob()).arrayBuffer())), row.sha256, row.path);
    }
    archive.close();
  });
}

test("programs are read by ranges, and what breaks is a finding", async () => {
  const status = STATUS({ tool: "1" });
  const archive = await openArchive(
    await dockerArchive([
      tarOf({ "usr/bin/": "", "usr/bin/damaged.exe": ELF, "var/lib/dpkg/status": status }),
    ]),
  );
  await archive.scan();
  const seen = [];
  const found = await packages(archive, 0, { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(
    found.packages.map(({ name }) => name),
    ["tool"],
  );
  archive.close();
});

test("work that is ended, and workers that end", async () => {
  const archive = await openArchive(
    await dockerArchive([tarOf({ big: new Uint8Array(64 << 20), ...LOWER })]),
  );
  await archive.scan();
  const controller = new AbortController();
  const ended = issues(archive, 0, { signal: controller.signal });
  controller.abort("enough");
  await assert.rejects(ended, { kind: "aborted", cause: "enough" });
  assert.equal((await issues(archive, 0)).issues.length > 0, true, "the worker goes on");
  const waiting = issues(archive, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  archive.close();
  await assert.rejects(waiting, { kind: "aborted", code: "closed" });
  await assert.rejects(packages(archive, 0), { kind: "aborted", code: "closed" });
});

test("a worker that dies is replaced, and what it was at fails", async () => {
  const { inspectWorkers } = await import(new URL("inspect/workers.js", import.meta.resolve("layerglass")));
  const archive = await openArchive(
    await dockerArchive([tarOf({ big: new Uint8Array(32 << 20), ...LOWER })]),
  );
  await archive.scan();
  const worker = await inspectWorkers.of(archive);
  const waiting = packages(archive, 0);
  await new Promise((resolve) => setTimeout(resolve, 10));
  worker.end(new LayerglassError({ kind: "io", code: "worker-died", message: "a worker ended" }));
  await assert.rejects(waiting, { kind: "io", code: "worker-died" });
  assert.equal((await packages(archive, 0)).packages.length, 3);
  assert.notEqual(await inspectWorkers.of(archive), worker);
  archive.close();
});

test("limits, arguments that are none, and streams", async () => {
  const bytes = await dockerArchive([tarOf(LOWER)]);
  const archive = await openArchive(bytes, { limits: { packages: 1 } });
  const { packages: found, findings } = await packages(archive, 0);
  assert.equal(found.length, 1);
  assert.ok(findings.some(({ message }) => message.includes("`packages`")));
  await assert.rejects(packages(archive, -1), { kind: "invalid" });
  await assert.rejects(packages(archive, 9), { kind: "not_found" });
  await assert.rejects(fileVersions(archive, 0, 7), { kind: "invalid" });
  await assert.rejects(issues(archive, 0, { expiryDays: "soon" }), { kind: "invalid" });
  const stream = await openArchive(new Blob([bytes]).stream());
  await assert.rejects(packages(stream, 0), { kind: "unsupported", code: "stream-consumed" });
  archive.close();
  stream.close();
  assert.equal(transfer.extractFile, extractFile);
  assert.equal(transfer.fileVersions, fileVersions);
});
