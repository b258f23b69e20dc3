/** SIF files, through the entry that is loaded for them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspectSif, LayerglassError } from "layerglass/sif";

const pathOf = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const bytesOf = async (name) => new Uint8Array(await readFile(pathOf(name)));

test("an image of apptainer, however it is given", async () => {
  const path = pathOf("quirks.sif");
  const bytes = await bytesOf("quirks.sif");
  const sif = await inspectSif(path);
  assert.equal(sif.architecture, "amd64");
  assert.equal(sif.id, "e41b2b14-7f4b-4ce0-8070-f44afffd7688");
  assert.equal(sif.launchScript, "#!/usr/bin/env run-singularity");
  assert.equal(sif.created, "2026-11-21T04:19:04Z");
  assert.equal(sif.primary, 4);
  assert.deepEqual(
    sif.objects.map(({ id, type, name, offset, size }) => ({ id, type, name, offset, size })),
    [
      { id: 1, type: "definition", name: "", offset: 32176, size: 77 },
      { id: 2, type: "json", name: "inspect-metadata.json", offset: 32253, size: 3999 },
      { id: 3, type: "json", name: "oci-config.json", offset: 36252, size: 80 },
      { id: 4, type: "partition", name: "", offset: 36864, size: 8192 },
    ],
  );
  assert.deepEqual(sif.objects[3].partition, {
    fs: "squashfs",
    part: "primary-system",
    architecture: "amd64",
    architectureCode: "02",
  });
  assert.match(sif.definition, /^bootstrap: /i);
  assert.deepEqual(sif.findings, []);
  assert.equal(sif.integrity, undefined);
  assert.deepEqual(structuredClone(sif), sif);

  const handle = await open(path);
  try {
    for (const input of [bytes, new Blob([bytes]), pathToFileURL(path), handle])
      assert.deepEqual(await inspectSif(input), sif);
  } finally {
    await handle.close();
  }
});

test("labels, environment and configuration", async () => {
  const sif = await inspectSif(pathOf("sif/types.sif"));
  assert.deepEqual(sif.labels, { "org.example.name": "small", "org.example.version": "1.2" });
  assert.equal(sif.environment, 'export GREETING="hello"\n');
  assert.deepEqual(
    [sif.config.user, sif.config.entrypoint, sif.config.cmd],
    ["1000:50", ["/bin/run"], ["-v"]],
  );
  assert.deepEqual(sif.objects[5].link, { to: "object", id: 4 });
  assert.equal(sif.objects[7].sbomFormat, "spdx-json");
  assert.equal(sif.objects[8].partition.architecture, "loong64");
});

test("only the ranges that are needed are read", async () => {
  const bytes = await bytesOf("quirks.sif");
  const read = [];
  class Watched extends Blob {
    slice(start = 0, end = this.size) {
      if (start > 0 || end < this.size) read.push(end - start);
      else return this;
      return super.slice(start, end);
    }
  }
  const sif = await inspectSif(new Watched([bytes, new Uint8Array(50_000_000)]));
  assert.equal(sif.objects.length, 4);
  assert.ok(
    read.length > 0 && read.reduce((sum, size) => sum + size, 0) < 100_000,
    `${read} bytes of ${sif.size}`,
  );
});

test("integrity: what signatures state, and the digest of the file", async () => {
  const bytes = await bytesOf("sif/pgp.sif");
  const progress = [];
  const { integrity, objects } = await inspectSif(bytes, {
    integrity: true,
    onProgress: (step) => progress.push(step),
  });
  assert.equal(integrity.sha256, `sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  assert.equal(integrity.size, bytes.length);
  assert.deepEqual(integrity.uncovered, []);
  assert.deepEqual(
    integrity.signatures.map(({ id, form, intact }) => [id, form, intact]),
    [6, 7, 8, 9, 10].map((id) => [id, "pgp", true]),
  );
  assert.match(objects[5].signature.fingerprint, /^[0-9a-f]{40}$/);
  assert.deepEqual(progress.at(-1), { phase: "verify", bytes: bytes.length, total: bytes.length });

  const changed = bytes.slice();
  changed[objects[0].offset] ^= 1;
  const after = await inspectSif(changed, { integrity: true });
  assert.deepEqual(
    after.integrity.signatures.map(({ intact }) => intact),
    [false, true, false, true, true],
  );
  assert.equal(after.integrity.signatures[0].objects[0].data.state, "mismatch");
  assert.deepEqual(after.integrity.uncovered, [1]);

  const dsse = await inspectSif(pathOf("sif/dsse.sif"), { integrity: true });
  assert.deepEqual(
    dsse.integrity.signatures.map(({ form, intact, leftOut }) => [form, intact, leftOut.length]),
    [...Array(5).fill(["dsse", true, 0]), ["dsse", false, 3]],
  );
  const legacy = await inspectSif(pathOf("sif/legacy.sif"), { integrity: true });
  assert.deepEqual(
    legacy.integrity.signatures.map(({ form, intact, bytes: all }) => [form, intact, all.state]),
    Array(2).fill(["pgp-legacy", true, "match"]),
  );
});

test("work ends when it is told to", async () => {
  const large = new Blob([await bytesOf("quirks.sif"), new Uint8Array(8 << 20)]);
  const controller = new AbortController();
  let steps = 0;
  const work = inspectSif(large, {
    integrity: true,
    signal: controller.signal,
    onProgress({ phase, bytes }) {
      if (phase === "verify") steps++;
      if (bytes > 2 << 20) controller.abort("enough");
    },
  });
  await assert.rejects(work, ({ kind, cause }) => kind === "aborted" && cause === "enough");
  assert.ok(steps < 5, `${steps} steps`);
  await assert.rejects(inspectSif(large, { signal: AbortSignal.abort() }), { kind: "aborted" });
});

test("what cannot be read says why", async () => {
  const bytes = await bytesOf("quirks.sif");
  const refused = async (input, kind, code, options) => {
    const error = await inspectSif(input, options).catch((thrown) => thrown);
    assert.ok(error instanceof LayerglassError, `${error}`);
    assert.deepEqual([error.kind, error.code], [kind, code]);
  };
  await refused(new Uint8Array(), "invalid", "sif-magic");
  await refused(new TextEncoder().encode("not at all"), "invalid", "sif-magic");
  await refused(bytes.subarray(0, 100), "corrupt", "sif-header-short");
  await refused(bytes, "limit", "limit", { limits: { sifDescriptors: 10 } });
  await refused(bytes, "invalid", "limit-unknown", { limits: { sifs: 10 } });
  await refused(pathOf("absent.sif"), "not_found", "file-not-found");
  await refused(pathOf("sif"), "invalid", "input");
  await refused(new Blob([bytes]).stream(), "invalid", "input");
  for (const input of [undefined, null, 7, {}, []])
    assert.ok((await inspectSif(input).catch((thrown) => thrown)) instanceof LayerglassError, `${input}`);
});

test("damaged files are told of, not refused", async () => {
  const bytes = await bytesOf("quirks.sif");
  const view = new DataView(bytes.buffer);
  view.setBigInt64(4096 + 3 * 585 + 17, -5n, true);
  const sif = await inspectSif(bytes, { integrity: true });
  assert.deepEqual(
    sif.findings.map(({ code }) => code),
    ["sif-object-negative"],
  );
  assert.equal(sif.objects[3].offset, -5);
  view.setBigInt64(4096 + 3 * 585 + 17, 2n ** 62n, true);
  assert.equal((await inspectSif(bytes)).objects[3].offset, 2n ** 62n);
});

test("keys that mean something to JavaScript stay keys", async () => {
  const bytes = await bytesOf("sif/types.sif");
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf('{"org.example.name"');
  bytes.set(new TextEncoder().encode('{"__proto__":"small","org.example.version":"1.2"}       '), at);
  const { labels } = await inspectSif(bytes);
  assert.deepEqual(Object.keys(labels).sort(), ["__proto__", "org.example.version"]);
});
