/** Disks, kernels and SIF files: read by the module that can, and shown. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { violations } from "./support/axe.js";
import { start } from "./support/inspector.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/** @param {string} name */
const pathOf = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A disk of the fixtures, unpacked. @param {string} name */
const unpacked = (name) => gunzipSync(readFileSync(pathOf(`disk/${name}.gz`)));

/** Opens a file, and waits until it is shown. @param {import("./support/inspector.js").Inspector} inspector @param {string} path */
async function opened(inspector, path) {
  await inspector.pick(path);
  const report = inspector.page.locator("layerglass-report");
  await report.waitFor();
  return report;
}

/** The same SIF file with another byte in its definition. @param {Buffer} file */
function changed(file) {
  const other = Buffer.from(file);
  const at = other.indexOf("docker-archive");
  assert.ok(at > 0, "there is a definition in it");
  other[at] = "D".charCodeAt(0);
  return other;
}

/** The value of a fact. @param {import("playwright-core").Locator} report @param {string} name */
function fact(report, name) {
  return report
    .locator("dl > div")
    .filter({ has: report.page().getByText(name, { exact: true }) })
    .locator("dd")
    .first();
}

/** The cells of a table, row by row. @param {import("playwright-core").Locator} report @param {string} title */
async function rows(report, title) {
  const table = report.getByRole("region", { name: title }).locator("tbody tr");
  return table.evaluateAll((found) =>
    found.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent.trim())),
  );
}

test("a qcow2 disk shows its sizes, its snapshots and what it builds upon", async () => {
  const inspector = await stage.inspector();
  const report = await opened(inspector, await stage.made("s.qcow2", unpacked("snapshots.qcow2")));
  await report.getByRole("heading", { name: "qcow2 disk" }).waitFor();
  assert.equal(await fact(report, "Size of the disk").innerText(), "8.4 MB");
  assert.equal(await fact(report, "Size of the disk").getAttribute("title"), "8,388,608 bytes");
  assert.equal(await fact(report, "Cluster size").innerText(), "4,096 bytes");
  const snapshots = await rows(report, "Snapshots");
  assert.deepEqual(
    snapshots.map(([id, name, , disk]) => [id, name, disk]),
    [
      ["1", "first", "8.4 MB"],
      ["2", "second", "8.4 MB"],
    ],
  );
  await inspector.close();
  const above = await stage.inspector();
  const overlay = await opened(above, pathOf("disk/overlay.qcow2"));
  assert.match(await fact(overlay, "Backing file").innerText(), /\w/);
  assert.equal(await fact(overlay, "Format of the backing file").innerText(), "raw");
  await above.close();
});

test("partitions of disks, however the disk is packed", async () => {
  for (const [name, numbers] of /** @type {const} */ ([
    ["mbr.raw", ["1", "2", "5", "6"]],
    ["gpt.raw", ["1", "2"]],
    ["fixed.vhd", ["1", "2", "5", "6"]],
  ])) {
    const inspector = await stage.inspector();
    const report = await opened(inspector, await stage.made(name, unpacked(name)));
    assert.deepEqual(
      (await rows(report, "Partitions")).map(([number]) => number),
      numbers,
      name,
    );
    await inspector.close();
  }
});

test("every other kind has a title of its own and no findings", async () => {
  for (const [name, title] of /** @type {const} */ ([
    ["stream.vmdk", "VMDK disk"],
    ["flat.vmdk", "VMDK disk"],
    ["dynamic.vhd", "VHD disk"],
    ["disk.vhdx", "VHDX disk"],
    ["cd.iso", "ISO 9660 image"],
    ["ext4.img", "ext4 file system"],
  ])) {
    const inspector = await stage.inspector();
    const report = await opened(inspector, await stage.made(name, unpacked(name)));
    await report.getByRole("heading", { name: title, exact: true }).waitFor();
    assert.equal(await report.getByRole("heading", { name: "Findings" }).count(), 0, name);
    await inspector.close();
  }
  const yaml =
    "kernel:\n  image: linuxkit/kernel:6\nservices:\n  - name: getty\n    image: linuxkit/getty:1\n";
  const inspector = await stage.inspector();
  const report = await opened(inspector, await stage.made("machine.yml", yaml));
  await report.getByRole("heading", { name: "LinuxKit machine" }).waitFor();
  assert.deepEqual(await rows(report, "Services"), [["getty", "linuxkit/getty:1"]]);
  await inspector.close();
});

test("a SIF file shows its objects, its definition and its labels", async () => {
  const inspector = await stage.inspector();
  const report = await opened(inspector, pathOf("quirks.sif"));
  await report.getByRole("heading", { name: "SIF image" }).waitFor();
  assert.equal(await fact(report, "Architecture").innerText(), "amd64");
  assert.equal(await fact(report, "Signatures").innerText(), "none");
  assert.match(await fact(report, "SHA-256").innerText(), /^sha256:[0-9a-f]{64}$/);
  const objects = await rows(report, "Objects");
  assert.deepEqual(
    objects.map(([id, what]) => [id, what]),
    [
      ["1", "definition"],
      ["2", "json"],
      ["3", "json"],
      ["4", "partition"],
    ],
  );
  assert.match(await report.getByRole("region", { name: "Definition" }).innerText(), /^bootstrap: .*\n/i);
  await inspector.close();
  const other = await stage.inspector();
  const labelled = await opened(other, pathOf("sif/types.sif"));
  assert.equal(await fact(labelled, "org.example.name").innerText(), "small");
  assert.match(await fact(labelled, "Entrypoint").innerText(), /\/bin\/run/);
  await other.close();
});

test("what a signature states is compared with the file", async () => {
  const bytes = readFileSync(pathOf("sif/pgp.sif"));
  for (const [name, contents, said] of /** @type {const} */ ([
    ["signed.sif", bytes, "what it states is so"],
    // The definition is an object that the signature covers.
    ["changed.sif", changed(bytes), "what it states is not so"],
  ])) {
    const inspector = await stage.inspector();
    const report = await opened(inspector, await stage.made(name, contents));
    const signatures = await rows(report, "Signatures, without who made them");
    assert.equal(signatures[0]?.[2], said, name);
    await inspector.close();
  }
});

test("what is wrong is told, and a header that lies hides nothing that can be read", async () => {
  const gpt = unpacked("gpt.raw");
  gpt[512 + 60] = 0xff;
  const inspector = await stage.inspector();
  const report = await opened(inspector, await stage.made("damaged.raw", gpt));
  await report.getByText("disk-checksum").waitFor();
  assert.equal((await rows(report, "Partitions")).length, 2);
  await inspector.close();
  const qcow2 = unpacked("snapshots.qcow2");
  qcow2.set([0, 0, 1, 0, 0, 0, 0, 0], 40);
  const lying = await stage.inspector();
  await lying.pick(await stage.made("lying.qcow2", qcow2));
  await lying.page.locator("layerglass-facts").getByText("disk-beyond-end").waitFor();
  assert.deepEqual(await violations(lying.page), []);
  await lying.close();
});

test("what is no image and no disk stays an error, and a packed initrd does not", async () => {
  for (const contents of ["neither of them", gzipSync("neither of them")]) {
    const inspector = await stage.inspector();
    await inspector.pick(await stage.made("notes", contents));
    await inspector.page.getByRole("alert").waitFor();
    await inspector.close();
  }
  const other = await stage.inspector();
  const cpio = `070701${"0".repeat(600)}`;
  await other.pick(await stage.made("initrd.gz", gzipSync(cpio)));
  await other.page.locator("layerglass-facts").getByRole("heading", { name: /cpio/ }).waitFor();
  await other.close();
});

test("text of a file is shown as text", async () => {
  const disk = unpacked("v2.qcow2");
  const name = "<b>a\u202e";
  disk.set(Buffer.from(name), Number(disk.readBigUInt64BE(8)));
  const inspector = await stage.inspector();
  const report = await opened(inspector, await stage.made("hostile.qcow2", disk));
  assert.match(await fact(report, "Backing file").innerText(), /^<b>a.*202E/s);
  assert.equal(await report.locator("dd b").count(), 0);
  await inspector.close();
});

test("modules are loaded for files that need them, and for no others", async () => {
  const loaded = () => stage.server.requests.filter(({ path }) => /(vm|sif)_bg.*\.wasm$/.test(path)).length;
  const before = loaded();
  const inspector = await stage.inspector();
  await inspector.pick(pathOf("quirks.docker28.tar"));
  await inspector.scanned();
  assert.equal(loaded(), before);
  await inspector.page.locator("layerglass-bar #again").setInputFiles(pathOf("disk/overlay.qcow2"));
  await inspector.page.locator("layerglass-report").waitFor();
  assert.equal(loaded(), before + 1);
  await inspector.page.locator("layerglass-bar #again").setInputFiles(pathOf("quirks.docker28.tar"));
  await inspector.scanned();
  assert.equal(await inspector.page.locator("layerglass-report").count(), 0);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`disks and SIF files are shown accessibly and fit every width, ${colorScheme}`, async () => {
    for (const width of [360, 1440]) {
      for (const [view, path] of [
        ["disk", await stage.made("look.raw", unpacked("gpt.raw"))],
        ["qcow2", await stage.made("look.qcow2", unpacked("snapshots.qcow2"))],
        ["sif", pathOf("sif/types.sif")],
      ]) {
        const inspector = await stage.inspector({ colorScheme, viewport: { width, height: 900 } });
        await opened(inspector, path);
        assert.ok((await inspector.overflow()) <= 0, `${view} at ${width} px`);
        assert.deepEqual(await violations(inspector.page), [], `${view} at ${width} px`);
        if (SCREENSHOTS)
          await inspector.page.screenshot({
            path: `${SCREENSHOTS}/${view}-${colorScheme}-${width}.png`,
            fullPage: true,
          });
        await inspector.close();
      }
    }
  });
}
