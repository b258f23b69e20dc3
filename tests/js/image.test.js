/** Configs, legacy documents and manifests, as JavaScript sees them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Digest, ImageConfig, Manifest, v1 } from "layerglass";
import { failure, utf8 } from "./support/failure.js";

const DIFF_ID = `sha256:${"a".repeat(64)}`;
const text = (bytes) => Buffer.from(bytes).toString();
const config = (value) => ImageConfig.parse(utf8(typeof value === "string" ? value : JSON.stringify(value)));
const plain = { os: "linux", architecture: "arm64", rootfs: { type: "layers", diff_ids: [DIFF_ID] } };

test("numbers that a number cannot hold stay as they are", () => {
  const parsed = config(
    `{"os":"linux","rootfs":{"type":"layers"},"config":{"StopTimeout":9007199254740993,"Healthcheck":{"Interval":9007199254740993}},
      "unknown":[18446744073709551616,-9007199254740993,9007199254740991,-0,1.5,1e3,"9007199254740993"],"__proto__":{"a":1}}`,
  );
  const json = parsed.json();
  assert.deepEqual(json.unknown, [
    18446744073709551616n,
    -9007199254740993n,
    9007199254740991,
    -0,
    1.5,
    1000,
    "9007199254740993",
  ]);
  assert.ok(Object.hasOwn(json, "__proto__") && Object.getPrototypeOf(json) === Object.prototype);
  assert.equal(json.config.StopTimeout, 9007199254740993n);
  assert.equal(parsed.stopTimeout, 9007199254740993n);
  assert.equal(parsed.config.healthcheck.interval, 9007199254740993n);
  assert.match(text(parsed.canonicalJson()), /"StopTimeout":9007199254740993/);
  assert.equal(parsed.id, Digest.of(parsed.raw).toString());
  assert.equal(config(plain).stopTimeout, undefined);
  const digits = config(`{"rootfs":{"type":"layers"},"x":${"9".repeat(1001)}}`);
  assert.deepEqual([failure(() => digits.json()).kind], ["limit"]);
});

test("users and ports are told in their parts", () => {
  const run = (value) => config({ ...plain, config: value });
  assert.deepEqual(run({ User: "1000:www" }).runAs, { user: { id: 1000 }, group: { name: "www" } });
  assert.deepEqual(run({}).runAs, {});
  const { ports } = run({ ExposedPorts: { "80/tcp": {}, "90-99/udp": {}, x: {} } });
  assert.deepEqual(ports.slice(0, 2), [
    { text: "80/tcp", first: 80, last: 80, protocol: "tcp" },
    { text: "90-99/udp", first: 90, last: 99, protocol: "udp" },
  ]);
  assert.deepEqual([ports[2].text, ports[2].error.code], ["x", "port-number"]);
});

test("a config that can be read is checked", () => {
  assert.deepEqual(config(plain).check(), []);
  const codes = config({
    rootfs: { type: "layers", diff_ids: ["x"] },
    history: [{}, {}],
    config: { ExposedPorts: { x: {} } },
  })
    .check()
    .map(({ code, path }) => [code, path]);
  assert.deepEqual(codes, [
    ["config-diff-id", "rootfs.diff_ids[0]"],
    ["config-history", "history"],
    ["port-number", undefined],
  ]);
});

test("a platform lacks nothing on a host", () => {
  assert.deepEqual(
    config({ rootfs: { type: "layers" } }).platformOn({ os: "linux", architecture: "s390x" }),
    {
      os: "linux",
      architecture: "s390x",
    },
  );
});

test("a child has a layer and a step more, and the parent stays", () => {
  const parent = config({ ...plain, history: [{ created_by: "one" }] });
  const before = parent.raw;
  const child = parent.child({
    created: "2024-01-02T03:04:05Z",
    diffId: DIFF_ID,
    author: "someone",
    containerConfig: { Cmd: ["make", "<all>"] },
    config: { Cmd: "app", Labels: { a: "b" }, StopTimeout: 9007199254740993n },
  });
  assert.equal(child.rootFs.diffIds.length, 2);
  assert.deepEqual(child.history.at(-1), {
    created: "2024-01-02T03:04:05Z",
    createdBy: "make <all>",
    author: "someone",
    emptyLayer: false,
    layer: 1,
  });
  assert.equal(child.platform.architecture, "arm64");
  assert.equal(child.stopTimeout, 9007199254740993n);
  assert.deepEqual(child.config.cmd, ["app"]);
  assert.equal(text(child.raw), text(child.canonicalJson()));
  assert.match(text(child.raw), /\\u003call\\u003e/);
  assert.deepEqual(parent.raw, before);
  for (const options of [
    null,
    {},
    { created: 7 },
    { created: "x" },
    { created: "2024-01-02T03:04:05Z", config: { Env: 7 } },
  ])
    assert.equal(failure(() => parent.child(options)).kind, "invalid");
  assert.equal(failure(() => parent.canonicalJson("x")).kind, "invalid");
});

test("the build cache compares run configs", () => {
  const run = (value) => config({ ...plain, config: value });
  assert.equal(run({ Env: ["A=b"], Hostname: "x" }).cacheEquals(run({ Env: ["A=b"], Hostname: "y" })), true);
  assert.equal(run({ Env: ["A=b"] }).cacheEquals(run({ Env: ["A=c"] })), false);
  assert.equal(failure(() => run({}).cacheEquals({})).kind, "invalid");
});

test("legacy documents become configs and come back", () => {
  const document = utf8(
    JSON.stringify({
      id: "1".repeat(64),
      created: "2015-01-02T03:04:05Z",
      container_config: { Cmd: ["/bin/sh", "-c", "x"] },
      docker_version: "1.9.0",
      architecture: "amd64",
      os: "linux",
    }),
  );
  const step = v1.history(document);
  assert.deepEqual(step, { created: "2015-01-02T03:04:05Z", createdBy: "/bin/sh -c x", emptyLayer: false });
  const made = v1.toConfig(document, [DIFF_ID], [step]);
  assert.deepEqual(made.history, [{ ...step, layer: 0 }]);
  const id = v1.createId(document, DIFF_ID);
  assert.ok(v1.isValidId(id.slice(7)) && !v1.isValidId(id) && !v1.isValidId(7));
  assert.notEqual(v1.createId(document, DIFF_ID, id), id);
  const back = JSON.parse(
    text(v1.fromConfig(made, { id: id.slice(7), parent: "2".repeat(64), throwaway: true })),
  );
  assert.deepEqual(
    [back.id, back.parent, back.throwaway, back.rootfs],
    [id.slice(7), "2".repeat(64), true, undefined],
  );
  assert.ok(v1.versionLessThan("1.8.2", "1.8.3") && !v1.versionLessThan("1.10", "1.9"));
  assert.equal(failure(() => v1.createId(utf8("{"), DIFF_ID)).kind, "invalid");
  assert.equal(failure(() => v1.createId(document, DIFF_ID, "x")).kind, "invalid");
  assert.equal(failure(() => v1.toConfig(document, [7], [])).kind, "invalid");
});

test("an index lists what serves a platform, the best first", () => {
  const entry = (architecture, size) => ({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: DIFF_ID,
    size,
    platform: { os: "linux", architecture },
  });
  const manifests = [entry("amd64", 1), entry("386", 2), entry("arm64", 3)];
  const body = JSON.stringify({ schemaVersion: 2, manifests, x: 1 }).replace('"x":1', '"x":9007199254740993');
  const index = Manifest.parse(utf8(body));
  assert.ok(index.isIndex);
  const sizes = (list) => list.map(({ size }) => size);
  assert.deepEqual(sizes(index.forPlatform({ os: "linux", architecture: "amd64" })), [1, 2]);
  assert.deepEqual(sizes(index.forPlatform({ os: "linux", architecture: "amd64" }, { rule: "none" })), [1]);
  assert.deepEqual(index.json().x, 9007199254740993n);
  for (const json of [null, {}, { rawBase64: 7 }, { rawBase64: "e30=", mediaType: 7 }])
    assert.equal(failure(() => Manifest.from(json)).kind, "invalid");
  assert.equal(failure(() => Manifest.from({ rawBase64: "e30=" })).code, "manifest-unknown-kind");
  const both = utf8(JSON.stringify({ schemaVersion: 2, manifests, layers: [], config: {} }));
  assert.equal(failure(() => Manifest.parse(both)).code, "manifest-ambiguous");
});
