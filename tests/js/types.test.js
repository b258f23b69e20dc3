/** What the package really gives, written out as TypeScript and checked against its own types. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  Digest,
  ImageConfig,
  ImageNames,
  LayerglassError,
  Manifest,
  openArchive,
  Platform,
  Reference,
  ShortIds,
  Source,
  v1,
} from "layerglass/archive";
import { compareImages, issues, packages, usage, verification, waste } from "layerglass/inspect";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";
import { allRows } from "./support/tree-lines.js";

const require = createRequire(import.meta.url);
const types = fileURLToPath(new URL("types.js", import.meta.resolve("layerglass")));
const inspectTypes = fileURLToPath(new URL("inspect/types.js", import.meta.resolve("layerglass")));
const scratch = await mkdtemp(join(tmpdir(), "layerglass-types-"));
after(() => rm(scratch, { recursive: true }));

/** Types of what is found by looking into images. */
const INSPECTED = [
  "PackagesData",
  "IssuesData",
  "WasteData",
  "UsageNode",
  "ComparisonData",
  "VerificationData",
];

/** Values by the type that they should have. */
const seen = new Map();
const note = (type, value) => {
  const text = literal(value);
  seen.set(type, (seen.get(type) ?? new Map()).set(shape(value), text));
};

/** A value as an expression that keeps `undefined`, big numbers and bytes apart. */
function literal(value) {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `new Uint8Array([${value}])`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${literal(field)}`);
  return `{ ${fields.join(", ")} }`;
}

/** What makes a row differ for the types: its fields and the words in them, but no names or numbers. */
function shape(value) {
  if (Array.isArray(value)) return `[${[...new Set(value.map(shape))].sort()}]`;
  if (typeof value !== "object" || value === null) return typeof value;
  if (value instanceof Uint8Array) return "bytes";
  const words = ["kind", "change", "contents", "state", "role", "presence", "compression", "severity"];
  return Object.entries(value)
    .map(([key, field]) => `${key}:${words.includes(key) ? field : shape(field)}`)
    .sort()
    .join();
}

test("everything fits its type, to the last field", async () => {
  for (const [name] of FILES) {
    const archive = await openArchive(pathOf(name), { contents: name.includes("20") ? "sha256" : "xxh3" });
    note("ArchiveData", archive.data);
    await archive.scan({ onLayer: (layer) => note("LayerData", layer) });
    note("ArchiveData", archive.data);
    for (const image of archive.data.images) await noteImage(archive, image);
    note("VerificationData", await verification(archive));
    archive.close();
  }
  await noteMade();
  noteNouns();
  const ids = new ShortIds([Digest.of(new Uint8Array(1)), Digest.of(new Uint8Array(2))]);
  const twins = new ShortIds([`sha256:${"a".repeat(64)}`, `sha256:${"a".repeat(63)}b`]);
  for (const work of [
    () => Reference.parse("A"),
    () => ImageConfig.parse(new Uint8Array()),
    () => ImageConfig.parse(utf8('{"os":7}')),
    () => Digest.parse("sha256:a"),
    () => ids.lookup("z"),
    () => twins.lookup("aa"),
  ]) {
    try {
      work();
      assert.fail("nothing was thrown");
    } catch (error) {
      assert.ok(error instanceof LayerglassError);
      note("ErrorData", error.toJSON());
    }
  }
  for (const type of [
    "ArchiveData",
    "LayerData",
    "TreeRow",
    "TreeTotals",
    "ImageConfigData",
    "ManifestData",
    ...INSPECTED,
  ])
    assert.ok(seen.get(type)?.size > 0, `nothing of the type ${type} was seen`);
  assert.ok(seen.get("TreeRow").size >= 10, "rows of few kinds were seen");
  assert.equal(await complaints(), "");
});

test("the check itself finds what does not fit", async () => {
  seen.clear();
  note("PlatformData", { os: "linux", architecture: "amd64", surplus: 1 });
  assert.match(await complaints(), /surplus/);
  seen.clear();
  note("PlatformData", { os: "linux", architecture: "amd64", variant: undefined });
  assert.match(await complaints(), /variant/);
});

async function noteImage(archive, image) {
  if (image.config) {
    const { rawBase64, ...config } = ImageConfig.parse(await archive.rawConfig(image.index)).toJSON();
    assert.equal(typeof rawBase64, "string");
    note("ImageConfigData", config);
  }
  if (image.manifestDigest && image.presence === "complete") {
    note("ManifestData", Manifest.parse(await archive.rawManifest(image.index)).data);
  }
  if (image.presence !== "complete" || image.layers.length === 0) return;
  await noteInspection(archive, image.index, archive, image.index);
  for (const changesOnly of [false, true]) {
    const tree = await archive.tree(image.index, { changesOnly });
    note("TreeTotals", tree.totals);
    for (const row of await allRows(tree)) note("TreeRow", row);
    tree.close();
  }
}

async function noteInspection(archive, image, other, otherImage) {
  note("PackagesData", await packages(archive, image));
  note("IssuesData", await issues(archive, image));
  note("WasteData", await waste(archive, image));
  for (const by of ["folder", "layer", "extension", "package"])
    note("UsageNode", await usage(archive, image, { by, nodes: 20 }));
  const sides = [
    { archive, image },
    { archive: other, image: otherImage },
  ];
  const comparison = await compareImages(...sides, { packages: true });
  note("ComparisonData", comparison.data);
  comparison.close();
}

/** What the test images do not hold. */
async function noteMade() {
  const status = (name) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\nSource: src (2)\nMaintainer: A <a@b.c>\nHomepage: https://example.com\nInstalled-Size: 3\n`;
  const lower = tarOf({
    "etc/os-release": "ID=debian\nVERSION_ID=12\nPRETTY_NAME=Debian\nID_LIKE=linux\n",
    "var/lib/dpkg/status": status("gone"),
    "lib/a.js": "same contents",
    "key.txt": "AKIAQWERTYUIOPASDFGH",
    "app/node_modules/x/package.json": '{"name":"x","version":"1","license":"MIT"}',
  });
  const upper = tarOf({
    "var/lib/dpkg/status": status("kept"),
    "lib/b.js": "same contents",
    ".wh.key.txt": "",
  });
  const archives = [];
  for (const layers of [[lower], [lower, upper]])
    archives.push(await openArchive(await dockerArchive(layers)));
  await noteInspection(archives[1], 0, archives[0], 0);
  await noteInspection(archives[0], 0, archives[1], 0);
  for (const archive of archives) archive.close();
}

const utf8 = (text) => new TextEncoder().encode(text);

/** References, sources, platforms, configs and manifests with few members and with all. */
function noteNouns() {
  const digest = `sha256:${"0".repeat(64)}`;
  for (const text of ["redis", "redis:7", `redis@${digest}`, `a.b/redis:7@${digest}`, digest]) {
    note("ReferenceData", Reference.parseAny(text).toJSON());
    if (text !== digest) note("ReferenceData", Reference.parse(text, { normalize: false }).toJSON());
  }
  for (const text of [
    "docker://redis",
    "docker://a.b/c@@unknown-digest@@",
    "docker-daemon:redis:7",
    `docker-daemon:${digest}`,
    "docker-archive:/a:redis",
    "docker-archive:/a",
    "oci:/a:@3",
    "oci-archive:/a:b",
    "dir:/a",
    "oras://a.b/c",
    "library://a/b/c",
    "local.file/a",
  ])
    note("Source", Source.parse(text));
  note("ImageNamesData", ImageNames.parse("redis").toJSON());
  note(
    "ImageNamesData",
    ImageNames.parse("redis").addDigests(`redis@${digest}`).removeTags("redis").toJSON(),
  );
  for (const text of ["linux", "linux/arm/v6", "windows(10.0.17763+win32k)/amd64"])
    note("PlatformData", Platform.parse(text));

  const rootfs = { type: "layers", diff_ids: [digest] };
  for (const document of [
    { rootfs: { type: "layers" } },
    { rootfs, config: { User: "1:a", ExposedPorts: { "80/tcp": {}, x: {} }, StopTimeout: 5 } },
    { rootfs, config: { User: "a" } },
    {
      rootfs,
      os: "windows",
      architecture: "amd64",
      variant: "v2",
      "os.version": "10",
      "os.features": ["win32k"],
      created: "2024-01-02T03:04:05Z",
      author: "someone",
      config: {
        Cmd: "a",
        Entrypoint: ["b"],
        Shell: ["c"],
        StopSignal: "9",
        Healthcheck: {
          Test: ["NONE"],
          Interval: 1,
          Timeout: 1,
          StartPeriod: 1,
          StartInterval: 1,
          Retries: 1,
        },
        OnBuild: ["d"],
        Labels: { e: "f" },
        Volumes: { "/g": {} },
      },
      history: [
        { created: "2024-01-02T03:04:05Z", created_by: "h", author: "i", comment: "j" },
        { empty_layer: true },
      ],
    },
  ]) {
    const config = ImageConfig.parse(utf8(JSON.stringify(document).replace(":5}", ":9007199254740993}")));
    const { rawBase64, ...data } = config.toJSON();
    assert.equal(typeof rawBase64, "string");
    note("ImageConfigData", data);
    const { runAs, ports, stopTimeout } = config;
    note("RunConfigDetails", { ...runAs, ports, ...(stopTimeout !== undefined && { stopTimeout }) });
    note("JsonValue", config.json());
    for (const error of config.check()) note("ErrorData", error);
    note("HistoryStep", v1.history(config.raw));
  }

  const descriptor = {
    mediaType: "a/b",
    digest,
    size: 3,
    platform: { os: "linux", architecture: "amd64" },
    annotations: { a: "b" },
    artifactType: "c/d",
    urls: ["https://example.com"],
    data: "e30=",
  };
  const plain = { mediaType: "a/b", digest, size: 3 };
  for (const document of [
    { schemaVersion: 2, config: plain, layers: [plain] },
    {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "a/b",
      config: descriptor,
      layers: [descriptor],
      subject: descriptor,
      annotations: { a: "b" },
    },
    { schemaVersion: 2, manifests: [descriptor], subject: plain },
    {
      schemaVersion: 1,
      name: "a",
      tag: "b",
      architecture: "amd64",
      fsLayers: [{ blobSum: digest }],
      history: [{ v1Compatibility: "{}" }],
    },
  ])
    note("ManifestData", Manifest.parse(utf8(JSON.stringify(document))).data);
}

/** What the compiler says of all that was seen. */
async function complaints() {
  const lines = [...seen].flatMap(([type, values]) =>
    [...values.values()].map(
      (text, at) =>
        `export const ${type}${at}: ${INSPECTED.includes(type) ? "inspections" : "nouns"}.${type} = ${text};`,
    ),
  );
  await writeFile(join(scratch, "package.json"), '{ "type": "module" }');
  await writeFile(
    join(scratch, "seen.ts"),
    [
      `import type * as nouns from "${types}";`,
      `import type * as inspections from "${inspectTypes}";`,
      ...lines,
    ].join("\n"),
  );
  const compilerOptions = {
    target: "ES2022",
    module: "NodeNext",
    lib: ["ES2023", "DOM"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  await writeFile(join(scratch, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["seen.ts"] }));
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", scratch]).catch(
    (error) => error,
  );
  return stdout;
}
