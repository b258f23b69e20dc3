/** References, sources, platforms and several names of one image, as JavaScript sees them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageNames, LayerglassError, Platform, Reference, ShortIds, Source } from "layerglass";
import { failure } from "./support/failure.js";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

test("every part is cut from the text, however it was completed", () => {
  const cases = {
    redis: ["docker.io", "library/redis", undefined, undefined, "redis", "redis", "repository"],
    "docker.io/redis:7": ["docker.io", "library/redis", "7", undefined, "redis:7", "redis", "tagged"],
    "index.docker.io/a/b": ["docker.io", "a/b", undefined, undefined, "a/b", "a/b", "repository"],
    "index.docker.io/library/a": ["docker.io", "library/a", undefined, undefined, "a", "a", "repository"],
    [`library/redis@${DIGEST}`]: [
      "docker.io",
      "library/redis",
      undefined,
      DIGEST,
      `redis@${DIGEST}`,
      "redis",
      "canonical",
    ],
    [`Host:5/a/b:T@${DIGEST}`]: [
      "Host:5",
      "a/b",
      "T",
      DIGEST,
      `Host:5/a/b:T@${DIGEST}`,
      "Host:5/a/b",
      "reference",
    ],
    "a__b/c--d": ["docker.io", "a__b/c--d", undefined, undefined, "a__b/c--d", "a__b/c--d", "repository"],
    "[::1]:5000/x": ["[::1]:5000", "x", undefined, undefined, "[::1]:5000/x", "[::1]:5000/x", "repository"],
  };
  for (const [text, expected] of Object.entries(cases)) {
    const { domain, path, tag, digest, familiar, familiarName, kind, name } = Reference.parse(text);
    assert.deepEqual([domain, path, tag, digest, familiar, familiarName, kind], expected, text);
    assert.equal(name, `${domain}/${path}`);
  }
  const host = "a.".repeat(6000);
  const long = Reference.parse(`${host}b:5/c:d`);
  assert.deepEqual([long.domain, long.path, long.tag], [`${host}b:5`, "c", "d"]);
});

test("the forms that Docker's commands take", () => {
  const id = "0".repeat(64);
  assert.equal(Reference.parseAny(id).toString(), `sha256:${id}`);
  assert.deepEqual(Reference.parseAny(DIGEST).toJSON(), {
    path: "",
    digest: DIGEST,
    canonical: DIGEST,
    familiar: DIGEST,
    kind: "digest",
  });
  assert.equal(Reference.parseAny("redis").kind, "repository");
  assert.equal(failure(() => Reference.parse(id)).code, "reference-identifier");
  const ids = new ShortIds([DIGEST]);
  assert.equal(Reference.parseAny("0123456", { ids }).digest, DIGEST);
  assert.equal(Reference.parseAny("beefcafe", { ids }).path, "library/beefcafe");
  ids.free();
  assert.equal(failure(() => Reference.parseAny("0123456", { ids })).kind, "aborted");
  assert.equal(`${Reference.parseDocker("redis")}`, "docker.io/library/redis:latest");
  assert.equal(`${Reference.parseDocker(`redis:7@${DIGEST}`)}`, `docker.io/library/redis@${DIGEST}`);
  assert.equal(`${Reference.parseCanonical("docker.io/library/redis")}`, "docker.io/library/redis");
  assert.ok(Reference.isCanonical("docker.io/library/redis:7") && !Reference.isCanonical("redis:7"));
  assert.equal(failure(() => Reference.parseCanonical("redis")).code, "reference-not-canonical");
  assert.equal(Reference.fromName("foo/bar").domain, "foo");
  assert.equal(failure(() => Reference.fromName("foo:7")).code, "reference-character");
});

test("where implementations differ, each difference has its option", () => {
  const taken = (text, options) => Reference.isValid(text, options);
  assert.ok(taken("Foo/bar") && !taken("Foo/bar", { rules: "older" }));
  assert.ok(!taken("Foo/bar", { uppercaseDomain: false }));
  assert.ok(taken("Foo/bar", { rules: "older", uppercaseDomain: true }));
  assert.ok(taken("[::1]/a") && !taken("[::1]/a", { ipv6Domain: false }));
  const long = `registry.example/${"a".repeat(250)}`;
  assert.ok(taken(long) && !taken(long, { domainCounts: true }) && !taken(long, { rules: "older" }));
  const blake3 = `a@blake3:${"0".repeat(64)}`;
  assert.ok(!taken(blake3) && taken(blake3, { algorithms: ["blake3"] }));
  assert.ok(!taken(`a@${DIGEST}`, { algorithms: [] }));
  assert.equal(failure(() => Reference.parse("a", { algorithms: ["md5"] })).kind, "unsupported");
  assert.equal(failure(() => Reference.parse("a", { algorithms: "sha256" })).kind, "invalid");
});

test("parts are put on and taken off without changing the value", () => {
  const redis = Reference.parse("redis:7");
  assert.equal(redis.withTag("8").familiar, "redis:8");
  assert.equal(redis.withDigest(DIGEST).toString(), `docker.io/library/redis:7@${DIGEST}`);
  assert.equal(redis.withDigest(DIGEST).withTag("8").digest, DIGEST);
  assert.equal(redis.nameOnly().familiar, "redis");
  assert.equal(redis.nameOnly().withDefaultTag().tag, "latest");
  assert.equal(redis.withDefaultTag().tag, "7");
  assert.equal(redis.toString(), "docker.io/library/redis:7");
  assert.equal(failure(() => redis.withTag("a b")).offset, 1);
  assert.equal(failure(() => redis.withDigest("sha256:x")).kind, "invalid");
  assert.equal(failure(() => redis.withTag(7)).kind, "invalid");
  assert.equal(failure(() => Reference.parseAny(DIGEST).withTag("7")).code, "reference-no-name");
});

test("references are compared, matched and sorted", () => {
  const redis = Reference.parse("redis:7");
  assert.ok(redis.equals("docker.io/library/redis:7") && redis.equals("redis:7"));
  assert.ok(redis.equals(Reference.parse("library/redis:7")));
  assert.ok(!redis.equals("redis") && !redis.equals("Redis:7") && !redis.equals(undefined));
  assert.notDeepEqual(redis, Reference.parse("redis:8"));
  assert.ok(redis.matches("redis:*") && redis.matches("r?dis") && !redis.matches("*/redis"));
  assert.equal(failure(() => redis.matches("[")).code, "pattern-syntax");
  assert.deepEqual(Reference.sort(["redis", redis, "Not One", DIGEST]), [
    "docker.io/library/redis:7",
    "docker.io/library/redis",
    DIGEST,
    "Not One",
  ]);
  assert.equal(failure(() => Reference.sort("redis")).kind, "invalid");
  assert.equal(failure(() => Reference.sort([7])).kind, "invalid");
});

test("what came from JSON is checked anew and is the same again", () => {
  const references = [
    Reference.parse("redis:7"),
    Reference.parse("foo/bar", { normalize: false }),
    Reference.parse("redis", { normalize: false }),
    Reference.parseAny(DIGEST),
    Reference.parse(`a.b/c@${DIGEST}`),
  ];
  for (const reference of references) {
    const again = Reference.from(JSON.parse(JSON.stringify(reference)));
    assert.deepEqual(again.toJSON(), reference.toJSON());
    assert.ok(again.equals(reference));
  }
  for (const json of [
    null,
    undefined,
    7,
    {},
    { canonical: 7 },
    { canonical: "A B" },
    { kind: "digest", canonical: "redis" },
  ])
    assert.equal(failure(() => Reference.from(json)).kind, "invalid");
});

test("an error says where in the string, and keeps its start", () => {
  for (const [text, offset] of [
    ["redis:é", 6],
    ["redis:7@é", 8],
    ["registry.example/é:x", 17],
    ["docker.io/redis:!", 16],
    ["é", 0],
    ["redis:7\u{1f600}!", 7],
  ]) {
    const error = failure(() => Reference.parse(text));
    assert.equal(error.offset, offset, text);
    assert.equal(error.input, text);
  }
  // Bytes before the place are two, three and four a character.
  assert.equal(failure(() => Platform.parse("é/\u20ac/\u{1f600}/x")).kind, "invalid");
  const long = failure(() => Reference.parse(`${"a/".repeat(499)}a${"\u{1f600}".repeat(2)}`));
  assert.equal(long.input.length, LayerglassError.MAX_INPUT - 1);
  assert.ok(long.input.isWellFormed?.() ?? true);
  const huge = "a".repeat((1 << 24) + 1);
  assert.equal(failure(() => Reference.parse(huge)).kind, "limit");
  assert.equal(Reference.isValid(huge), false);
});

test("sources are read and written back", () => {
  for (const [text, source] of Object.entries({
    "docker://redis": { kind: "registry", name: "docker.io/library/redis:latest" },
    "docker-daemon:redis:7": { kind: "daemon", name: "docker.io/library/redis:7" },
    [`docker-daemon:${DIGEST}`]: { kind: "daemonId", id: DIGEST },
    "docker-archive:/a.tar:redis": {
      kind: "dockerArchive",
      path: "/a.tar",
      image: "docker.io/library/redis:latest",
    },
    "oci:/a:@3": { kind: "ociLayout", path: "/a", index: 3 },
    "oci-archive:/a": { kind: "ociArchive", path: "/a" },
    "dir:/a": { kind: "dir", path: "/a" },
    "oras://a.b/c:d": { kind: "oras", name: "a.b/c:d" },
    "library://a/b/c:d": { kind: "library", name: "a/b/c:d" },
    "local.file/a.sif": { kind: "localFile", path: "/a.sif" },
  })) {
    assert.deepEqual(Source.parse(text), source);
    assert.deepEqual(Source.parse(Source.format(source)), source);
  }
  assert.equal(failure(() => Source.parse("x:y")).kind, "unsupported");
  assert.equal(failure(() => Source.parse("docker://A")).offset, 9);
  const cyclic = { kind: "dir" };
  cyclic.path = cyclic;
  for (const source of [
    null,
    {},
    { kind: "dir", path: "" },
    { kind: "ociLayout", path: "a:b" },
    cyclic,
    { kind: () => 1 },
  ])
    assert.equal(failure(() => Source.format(source)).kind, "invalid");
});

test("platforms are read, named, matched and sorted by preference", () => {
  const arm64 = { os: "linux", architecture: "arm64" };
  assert.deepEqual(Platform.parse("linux/arm64/v8"), { ...arm64, variant: "v8" });
  assert.deepEqual(Platform.parse("arm64", { os: "linux", architecture: "amd64" }), arm64);
  assert.equal(
    Platform.format({ os: "windows", architecture: "amd64", osVersion: "10.0.17763" }, { full: true }),
    "windows(10.0.17763)/amd64",
  );
  assert.deepEqual(Platform.normalize({ os: "Linux", architecture: "aarch64", variant: "v8" }), arm64);
  assert.deepEqual(Platform.orHost({ os: "", architecture: "" }, arm64), arm64);
  const offered = [
    { os: "linux", architecture: "amd64" },
    { os: "linux", architecture: "arm", variant: "v7" },
    arm64,
  ];
  const names = (list) => list.map(({ architecture }) => architecture);
  assert.deepEqual(names(Platform.sort(arm64, offered)), ["arm64", "arm", "amd64"]);
  assert.deepEqual(names(Platform.sort(arm64, offered, { rule: "none" })), ["arm64", "amd64", "arm"]);
  const items = [{ platform: offered[0] }, {}, { platform: arm64 }];
  assert.equal(Platform.sort(arm64, items, {}, (item) => item.platform)[0], items[2]);
  assert.ok(
    Platform.matches(arm64, offered[1]) && !Platform.matches(arm64, offered[1], { rule: "containers-image" }),
  );
  assert.equal(failure(() => Platform.matches(arm64, arm64, { rule: "x" })).kind, "invalid");
  assert.equal(failure(() => Platform.parse("*")).code, "platform-wildcard");
  assert.equal(failure(() => Platform.normalize({ os: 7 })).path, "os");
  for (const platform of [null, 7, "linux/amd64"]) assert.ok(Platform.format(platform) === "unknown");
});

test("several names of one image are a value", () => {
  const one = ImageNames.parse("docker.io/busybox");
  const two = one.addTags("busybox:1.28").addDigests(`busybox@${DIGEST}`);
  assert.deepEqual(
    [one.tags, two.tags, two.digests.length],
    [["busybox:latest"], ["busybox:1.28", "busybox:latest"], 1],
  );
  assert.equal(`${two}`, "docker.io/busybox:1.28");
  assert.deepEqual(ImageNames.from(JSON.parse(JSON.stringify(two))).toJSON(), two.toJSON());
  assert.deepEqual(two.removeTags("busybox", "absent").tags, ["busybox:1.28"]);
  assert.equal(two.removeDigests(`busybox@${DIGEST}`).digests.length, 0);
  assert.equal(failure(() => one.addTags("library://a/b/c")).kind, "conflict");
  assert.equal(failure(() => ImageNames.from({ uri: "x", tags: null, digests: null })).kind, "unsupported");
  for (const json of [null, 7, { uri: 7 }, { uri: "docker.io", tags: [7] }])
    assert.equal(failure(() => ImageNames.from(json)).kind, "invalid");
});
