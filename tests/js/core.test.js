/** The small values of the core entry. Their grammar is tested in Rust; here it is what JavaScript sees. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  chainIds,
  Digest,
  Hasher,
  ImageConfig,
  init,
  LayerglassError,
  Manifest,
  Reference,
} from "layerglass";

const bytes = (text) => new TextEncoder().encode(text);
const sha256 = (text) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** What `work` throws, which must be a typed error. */
function failure(work) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof LayerglassError, `${error}`);
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("Node needs no init, and a call does no harm", async () => {
  assert.equal(Reference.parse("redis:7").familiar, "redis:7");
  await init();
  assert.equal(Reference.parse("redis:8").familiar, "redis:8");
});

test("references have their parts and survive JSON", () => {
  const ref = Reference.parse("redis:7");
  const { domain, path, tag, digest: none, familiar } = ref;
  assert.deepEqual(
    [domain, path, tag, none, familiar],
    ["docker.io", "library/redis", "7", undefined, "redis:7"],
  );
  assert.deepEqual({ ...ref }, { canonical: "docker.io/library/redis:7" });
  assert.equal(`${ref}`, "docker.io/library/redis:7");
  const digest = `sha256:${"0".repeat(64)}`;
  for (const text of ["redis:7", `ghcr.io/a/b:c@${digest}`, "localhost:5000/x", `x@${digest}`]) {
    for (const normalize of [true, false]) {
      const before = Reference.parse(text, { normalize });
      const after = Reference.from(JSON.parse(JSON.stringify(before)));
      assert.deepEqual(after.toJSON(), before.toJSON());
      assert.deepEqual(structuredClone(before.toJSON()), before.toJSON());
    }
  }
  assert.equal(Reference.parse("redis", { normalize: false }).domain, undefined);
});

test("what is no reference is refused with the reason and the place", () => {
  assert.equal(Reference.isValid("redis:7"), true);
  for (const text of [
    "",
    "Redis",
    "a//b",
    "redis:",
    "redis:7@sha256:00",
    "\u0000",
    "\ud800",
    "a".repeat(100_000),
  ]) {
    assert.equal(Reference.isValid(text), false, text.slice(0, 20));
    const error = failure(() => Reference.parse(text));
    assert.equal(error.kind, "invalid");
    assert.match(error.code, /^[a-z0-9-]+$/);
    assert.ok(error.message.length > 0);
  }
  assert.equal(failure(() => Reference.parse("redis:7!")).offset, 7);
  for (const value of [undefined, null, 7, {}, Symbol.iterator])
    assert.equal(Reference.isValid(value), false);
});

test("errors are errors, and survive postMessage and JSON", () => {
  const error = failure(() => Digest.parse("sha256:xyz"));
  assert.ok(error instanceof Error);
  assert.equal(error.name, "LayerglassError");
  const data = error.toJSON();
  assert.deepEqual(structuredClone(data), data);
  const again = LayerglassError.from(JSON.parse(JSON.stringify(data)));
  assert.deepEqual(again.toJSON(), data);
  assert.equal(again.kind, "invalid");
});

test("digests are parsed, computed and compared", () => {
  const digest = Digest.of(bytes("hello"));
  assert.equal(`${digest}`, sha256("hello"));
  assert.ok(digest.equals(sha256("hello")) && digest.equals(Digest.parse(sha256("hello"))));
  assert.ok(!digest.equals("sha256:") && !digest.equals(Digest.of(bytes("other"))));
  assert.deepEqual(Digest.from(JSON.parse(JSON.stringify(digest))), digest);
  assert.deepEqual(Digest.from({ algorithm: digest.algorithm, hex: digest.hex }), digest);
  for (const algorithm of ["sha256", "sha384", "sha512"]) {
    const expected = createHash(algorithm).update("hello").digest("hex");
    assert.deepEqual({ ...Digest.of(bytes("hello"), algorithm) }, { algorithm, hex: expected });
  }
  assert.equal(failure(() => Digest.of(bytes("x"), "md5")).kind, "unsupported");
  assert.equal(failure(() => Digest.of("text")).kind, "invalid");
  assert.equal(digest.short, "2cf24dba5fb0");
});

test("a hasher gives its digest once and then is gone", () => {
  const hasher = new Hasher("sha512");
  hasher.update(bytes("hel")).update(bytes("lo"));
  assert.equal(hasher.digest().hex, createHash("sha512").update("hello").digest("hex"));
  for (const work of [() => hasher.update(bytes("x")), () => hasher.digest()]) {
    assert.equal(failure(work).kind, "aborted");
  }
  hasher.free();
  const freed = new Hasher();
  freed[Symbol.dispose]();
  assert.equal(failure(() => freed.update(bytes("x"))).kind, "aborted");
});

test("chain ids are computed from diff ids", () => {
  const [a, b, c] = ["a", "b", "c"].map(sha256);
  const two = sha256(`${a} ${b}`);
  assert.deepEqual(chainIds([a, b, c]), [a, two, sha256(`${two} ${c}`)]);
  assert.deepEqual(chainIds([]), []);
});

test("a config keeps its exact bytes, and its id is their digest", () => {
  const diffIds = [sha256("one"), sha256("two")];
  const text = JSON.stringify({
    unknown: { kept: true },
    architecture: "arm64",
    os: "linux",
    variant: "v8",
    created: "2024-01-02T03:04:05.678+01:00",
    author: "someone",
    config: {
      Env: ["A=b"],
      Cmd: ["sh"],
      Labels: { x: "y" },
      ExposedPorts: { "80/tcp": {}, "443/tcp": {} },
      User: "1",
    },
    rootfs: { type: "layers", diff_ids: diffIds },
    history: [{ created_by: "one" }, { created_by: "two", empty_layer: true }, { created_by: "three" }],
  });
  const config = ImageConfig.parse(bytes(text));
  assert.equal(config.id, sha256(text));
  assert.deepEqual(Buffer.from(config.raw).toString(), text);
  assert.deepEqual(config.rootFs, { type: "layers", diffIds, chainIds: chainIds(diffIds) });
  assert.deepEqual(
    [config.platform.os, config.platform.architecture, config.platform.variant],
    ["linux", "arm64", "v8"],
  );
  assert.deepEqual(config.config.exposedPorts, ["443/tcp", "80/tcp"]);
  assert.deepEqual(config.config.labels, { x: "y" });
  assert.deepEqual(
    config.history.map(({ layer }) => layer),
    [0, undefined, 1],
  );
  assert.equal(config.created, "2024-01-02T03:04:05.678+01:00");
  config.raw.fill(0);
  const buffer = Buffer.from(text);
  const ofBuffer = ImageConfig.parse(buffer);
  buffer.fill(0);
  assert.equal(Buffer.from(ofBuffer.raw).toString(), text, "a Buffer was kept, not copied");
  const again = ImageConfig.from(JSON.parse(JSON.stringify(config)));
  assert.deepEqual(again.toJSON(), config.toJSON());
  assert.equal(again.id, sha256(text));
});

test("what is no config is refused", () => {
  for (const text of ["", "{", "[]", '"x"', "[".repeat(10_000), '{"rootfs":7}']) {
    const { kind } = failure(() => ImageConfig.parse(bytes(text)));
    assert.ok(["invalid", "limit"].includes(kind), `${text.slice(0, 20)}: ${kind}`);
  }
  assert.equal(failure(() => ImageConfig.parse("text")).kind, "invalid");
  assert.equal(failure(() => ImageConfig.from({ rawBase64: "%" })).kind, "invalid");
});

test("manifests and indexes are told apart and keep their bytes", () => {
  const descriptor = {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: sha256("layer"),
    size: 2 ** 53 - 1,
  };
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256("config"), size: 7 };
  const text = JSON.stringify({ schemaVersion: 2, config, layers: [descriptor] });
  const manifest = Manifest.parse(bytes(text));
  assert.equal(manifest.kind, "ociManifest");
  assert.equal(manifest.digest, sha256(text));
  assert.deepEqual(manifest.descriptors, [descriptor]);
  assert.deepEqual(Manifest.from(JSON.parse(JSON.stringify(manifest))).toJSON(), manifest.toJSON());
  const huge = text.replace(String(2 ** 53 - 1), "9007199254740993");
  assert.equal(Manifest.parse(bytes(huge)).descriptors[0].size, 9007199254740993n);
  const index = JSON.stringify({ schemaVersion: 2, manifests: [] });
  assert.equal(
    Manifest.parse(bytes(index), { mediaType: "application/vnd.oci.image.index.v1+json" }).kind,
    "ociIndex",
  );
  assert.equal(failure(() => Manifest.parse(bytes("{"))).kind, "invalid");
});
