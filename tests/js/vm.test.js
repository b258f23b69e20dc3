/** Files of virtual machines, through the entry that is loaded for them. */
import assert from "node:assert/strict";
import { open, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { inspectDisk, LayerglassError } from "layerglass/vm";

const pathOf = (name) => fileURLToPath(new URL(`../fixtures/disk/${name}`, import.meta.url));
const unpacked = async (name) => new Uint8Array(gunzipSync(await readFile(pathOf(`${name}.gz`))));

test("a disk of QEMU's, however it is given", async () => {
  const path = pathOf("overlay.qcow2");
  const bytes = new Uint8Array(await readFile(path));
  const disk = await inspectDisk(path);
  assert.equal(disk.detail.format, "qcow2");
  assert.equal(disk.size, bytes.length);
  assert.equal(disk.detail.backing.format, "raw");
  assert.deepEqual(disk.findings, []);
  assert.deepEqual(structuredClone(disk), disk);
  const handle = await open(path);
  try {
    for (const input of [bytes, new Blob([bytes]), pathToFileURL(path), handle])
      assert.deepEqual(await inspectDisk(input), disk);
  } finally {
    await handle.close();
  }
});

test("snapshots", async () => {
  const { detail, virtualSize } = await inspectDisk(await unpacked("snapshots.qcow2"));
  assert.deepEqual([detail.version, detail.clusterSize, virtualSize], [3, 4096, 8 << 20]);
  assert.deepEqual(
    detail.snapshots.map(({ id, name, virtualSize }) => [id, name, virtualSize]),
    [
      ["1", "first", 8 << 20],
      ["2", "second", 8 << 20],
    ],
  );
});

test("partitions", async () => {
  const { detail } = await inspectDisk(await unpacked("gpt.raw"));
  assert.deepEqual([detail.format, detail.scheme], ["raw", "gpt"]);
  assert.deepEqual(detail.partitions[1], {
    number: 2,
    offset: 1 << 20,
    size: 1 << 20,
    kind: "0fc63daf-8483-4772-8e79-3d69d8477de4",
    purpose: "Linux",
    name: "root",
    id: detail.partitions[1].id,
    bootable: true,
  });
  const mbr = await inspectDisk(await unpacked("mbr.raw"));
  assert.deepEqual(
    mbr.detail.partitions.map(({ number, kind }) => [number, kind]),
    [
      [1, "83"],
      [2, "05"],
      [5, "82"],
      [6, "83"],
    ],
  );
});

test("every other format", async () => {
  const formats = {
    "sparse.vmdk": "vmdk",
    "stream.vmdk": "vmdk",
    "flat.vmdk": "vmdk",
    "fixed.vhd": "vhd",
    "dynamic.vhd": "vhd",
    "disk.vhdx": "vhdx",
    "cd.iso": "iso",
    "ext4.img": "filesystem",
  };
  for (const [name, format] of Object.entries(formats)) {
    const disk = await inspectDisk(await unpacked(name));
    assert.deepEqual([disk.detail.format, disk.findings], [format, []], name);
    assert.ok(disk.virtualSize > 0, name);
  }
  const fixed = await inspectDisk(await unpacked("fixed.vhd"));
  assert.deepEqual([fixed.detail.geometry.length, fixed.detail.table.partitions.length], [3, 4]);
  const kit = await inspectDisk(
    new TextEncoder().encode("kernel:\n  image: k:1\nservices:\n  - name: a\n    image: a:1\n"),
  );
  assert.deepEqual([kit.detail.kernel, kit.detail.services], ["k:1", [{ name: "a", image: "a:1" }]]);
  const cpio = await inspectDisk(new TextEncoder().encode("0707010000"));
  assert.deepEqual(cpio.detail, { format: "initrd", archive: "newc" });
  assert.deepEqual((await inspectDisk(new Uint8Array(5000))).detail, { format: "unknown" });
});

test("only headers are read", async () => {
  const bytes = await unpacked("disk.vhdx");
  let read = 0;
  class Watched extends Blob {
    slice(start = 0, end = this.size) {
      if (start === 0 && end >= this.size) return this;
      read += end - start;
      return super.slice(start, end);
    }
  }
  const disk = await inspectDisk(new Watched([bytes]));
  assert.equal(disk.detail.format, "vhdx");
  assert.ok(read > 0 && read < bytes.length / 8, `${read} of ${bytes.length}`);
});

test("what cannot be read is a typed error", async () => {
  const bytes = await unpacked("snapshots.qcow2");
  const refuses = (input, expected, options) =>
    assert.rejects(inspectDisk(input, options), (error) => {
      assert.ok(error instanceof LayerglassError);
      for (const [key, value] of Object.entries(expected)) assert.equal(error[key], value, key);
      return true;
    });
  const far = bytes.slice();
  far.set([0, 0, 1, 0, 0, 0, 0, 0], 40);
  await refuses(far, { kind: "corrupt", code: "disk-beyond-end" });
  const wrong = bytes.slice();
  wrong[23] = 99;
  await refuses(wrong, { kind: "invalid", code: "disk-value", offset: 20, found: "99" });
  await refuses(bytes, { kind: "limit", code: "limit" }, { limits: { snapshots: 1 } });
  await refuses(bytes, { kind: "invalid", code: "argument" }, { limits: { snapshots: "x" } });
  await refuses(new Uint8Array(0), { kind: "invalid", code: "empty-file" });
  await refuses("/nowhere", { kind: "not_found" });
  await refuses(new Response("stream").body, { kind: "invalid", code: "input" });
  await refuses(undefined, { kind: "invalid", code: "input" });
  await refuses(bytes, { kind: "aborted" }, { signal: AbortSignal.abort() });
});
