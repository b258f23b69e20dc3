/** Graphs of layers and named stores, over backends that take their time and that fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mapBackend } from "layerglass/backends";
import {
  formatLayerUrl,
  Graph,
  LayerglassError,
  NamedStores,
  PathFilter,
  parseLayerUrl,
} from "layerglass/graph";

const utf8 = new TextEncoder();
const bytes = (text) => utf8.encode(text);
const document = (id, parent) =>
  bytes(JSON.stringify({ id, parent, comment: `of ${id}`, created: "2014-05-01T10:20:30Z" }));
const sha256 = async (data) => {
  const digest = await crypto.subtle.digest("SHA-256", data);
  return `sha256:${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};
const fails = (kind, code) => (error) =>
  error instanceof LayerglassError && error.kind === kind && (code === undefined || error.code === code);

async function collect(pieces) {
  const all = [];
  for await (const piece of pieces) all.push(...piece);
  return new Uint8Array(all);
}

test("a graph keeps documents byte for byte, and finds layers by the beginning of their ids", async () => {
  const map = new Map();
  const graph = await Graph.open(mapBackend(map));
  assert.deepEqual(graph.report, { images: 0, problems: [], swept: [] });
  await graph.register("base", document("base"), bytes("a tar"));
  const made = await graph.register("basic", document("basic", "base"), new Blob(["another tar"]));
  assert.equal(made.parent, "base");
  const found = await graph.get("basi");
  assert.deepEqual(found.raw, document("basic", "base"));
  const { raw: _, ...data } = found;
  assert.deepEqual(data, {
    id: "basic",
    parent: "base",
    size: 11,
    created: "2014-05-01T10:20:30Z",
    comment: "of basic",
    author: "",
    container: "",
    dockerVersion: "",
    architecture: "",
    os: "",
  });
  assert.equal(new TextDecoder().decode(map.get("graph/basic/layersize")), "11");
  await assert.rejects(graph.get("bas"), (error) => {
    assert.deepEqual(error.candidates, ["base", "basic"]);
    return fails("ambiguous", "graph-ambiguous")(error);
  });
  await assert.rejects(graph.get("nothing"), fails("not_found", "graph-not-found"));
  await assert.rejects(graph.register("base", document("base")), fails("conflict", "graph-exists"));
  await assert.rejects(graph.register("x", document("y")), fails("conflict", "graph-other-id"));
  await assert.rejects(graph.register("../x", document("../x")), fails("invalid"));
  await assert.rejects(graph.register("x", bytes("{")), fails("invalid"));
  await assert.rejects(graph.get(7), fails("invalid", "argument"));
  assert.deepEqual([...(await graph.byParent())], [["base", ["basic"]]]);
  assert.deepEqual(await graph.heads(), ["basic"]);
  assert.deepEqual(
    (await graph.history("basic")).map(({ id }) => id),
    ["basic", "base"],
  );
  assert.equal(await graph.virtualSize("basic"), 16);
  assert.deepEqual(await collect(graph.layer("basic")), bytes("another tar"));
  assert.deepEqual(await graph.delete("base"), { id: "base", cleanupPending: false });
  assert.equal(await graph.exists("base"), false);
  await assert.rejects(graph.history("basic"), fails("corrupt"));
});

test("an image that is made has a new id and what it was made with", async () => {
  const graph = await Graph.open(mapBackend(), {
    now: () => 1_600_000_000_000,
    platform: { os: "linux", architecture: "arm64" },
    dockerVersion: "0.11.1",
  });
  const container = { id: "c1", image: "base", config: { Env: ["A=1"] } };
  const made = await graph.create({ comment: "a remark", config: { Cmd: ["sh"] }, container }, bytes("tar"));
  assert.match(made.id, /^[0-9a-f]{64}$/);
  assert.equal(made.created, "2020-09-13T12:26:40Z");
  assert.deepEqual([made.parent, made.comment, made.architecture], ["base", "a remark", "arm64"]);
  const json = JSON.parse(new TextDecoder().decode(made.raw));
  assert.deepEqual([json.config.Cmd, json.container_config.Env], [["sh"], ["A=1"]]);
  assert.deepEqual([json.docker_version, json.Size], ["0.11.1", 3]);
  const others = await Promise.all(Array.from({ length: 10 }, () => graph.create()));
  assert.equal(new Set(others.map(({ id }) => id)).size, 10);
});

test("names of a graph are kept in both forms", async () => {
  const map = new Map();
  const graph = await Graph.open(mapBackend(map));
  const [one, two] = ["1".repeat(64), "2".repeat(64)];
  for (const id of [one, two]) await graph.register(id, document(id));
  const tags = await graph.tags();
  assert.equal(tags.key, "repositories-records");
  assert.equal(await tags.set("localhost:5000/app", "", one), one);
  await assert.rejects(tags.set("localhost:5000/app", "latest", two), fails("conflict", "tags-conflict"));
  await tags.set("localhost:5000/app", "latest", two, { force: true });
  await assert.rejects(tags.set("app", "no tag", one), fails("invalid", "tags-tag"));
  await assert.rejects(tags.set("UPPER", "", one), fails("invalid"));
  assert.equal((await tags.lookup("localhost:5000/app")).id, two);
  assert.equal((await tags.lookup("localhost:5000/app:22")).id, two);
  assert.equal((await tags.getImage("localhost:5000/app", "latest")).id, two);
  assert.equal(await tags.getImage("nothing", "latest"), undefined);
  assert.deepEqual(await tags.byId(), { [two]: ["localhost:5000/app:latest"] });
  assert.equal(await tags.imageName(one), "1".repeat(12));
  const current = await graph.tags({ key: "repositories.json", form: "current" });
  await current.set("app", "1", one);
  const text = new TextDecoder().decode(map.get("repositories.json"));
  assert.equal(text, `{"Repositories":{"app":{"app:1":"sha256:${one}"}}}`);
  assert.deepEqual(await current.get("app"), { 1: one });
  assert.deepEqual(await tags.deleteAll(two), ["localhost:5000/app:latest"]);
  assert.deepEqual(await tags.repositories(), {});
  await assert.rejects(tags.delete("app"), fails("not_found"));
});

test("named stores: known ids, checksums, branches, users, usage", async () => {
  const map = new Map();
  const stores = await NamedStores.open(mapBackend(map), { host: "host" });
  const root = await stores.create("s");
  assert.deepEqual([root.id, root.parent, root.depth], [NamedStores.ROOT, undefined, 0]);
  await assert.rejects(stores.create("s"), fails("conflict", "graph-exists"));
  const checksum = await sha256(bytes("aaaa"));
  const metadata = { metaData: bytes("{}") };
  const { layer, existed } = await stores.write("s", "a", bytes("aaaa"), { checksum, metadata });
  assert.equal(existed, false);
  assert.deepEqual(layer, { store: "s", id: "a", parent: "scratch", checksum, size: 4, depth: 1, metadata });
  const again = await stores.write("s", "a", neverRead(), { checksum });
  assert.deepEqual(again, { layer, existed: true });
  const other = await sha256(bytes("other"));
  await assert.rejects(stores.write("s", "a", bytes("other"), { checksum: other }), fails("conflict"));
  await assert.rejects(
    stores.write("s", "b", bytes("bad"), { checksum: other }),
    fails("corrupt", "graph-checksum"),
  );
  await stores.write("s", "b", bytes("bbb"), { parent: "a" });
  await stores.write("s", "c", bytes("cc"), { parent: "b" });
  const outcomes = await stores.getMany("s", ["c", "no"]);
  assert.equal(outcomes[0].layer.depth, 3);
  assert.equal(outcomes[1].error.kind, "not_found");
  assert.deepEqual(
    (await stores.list("s")).map(({ id }) => id),
    ["a", "b", "c"],
  );
  assert.deepEqual(await stores.usage("s"), { layers: 3, size: 9 });
  assert.deepEqual(await stores.layerUsage("s", "c"), { own: 2, withParents: 9, shared: 0 });
  assert.deepEqual(await collect(stores.layer("s", "b")), bytes("bbb"));
  await assert.rejects(stores.delete("s", "a"), (error) => {
    assert.deepEqual(error.children, ["b"]);
    return fails("in_use", "graph-has-children")(error);
  });
  await stores.lease("s", "c", "container");
  const url = await stores.url("s", "c");
  assert.equal(url, "http://host/storage/images/s/c");
  assert.deepEqual(await stores.owners(url), ["container"]);
  assert.equal(await stores.locate(url), "layerglass/layers/s/c");
  await assert.rejects(stores.deleteBranch("s", "c"), (error) => {
    assert.deepEqual(error.users, ["container"]);
    return fails("in_use", "graph-in-use")(error);
  });
  assert.equal(await stores.returnLease("s", "c", "container"), true);
  const gone = await stores.deleteBranch("s", "c", { keep: ["a"] });
  assert.deepEqual(gone, { deleted: ["c", "b"], cleanupPending: false });
  await assert.rejects(stores.deleteStore("s"), fails("in_use", "graph-not-empty"));
  await stores.deleteStore("s", { force: true });
  assert.deepEqual(await stores.listStores(), []);
  assert.equal(map.size, 0);
});

async function* neverRead() {
  yield* [];
  assert.fail("nobody asks for this");
}

test("layers come from streams and iterables, and a source that fails leaves nothing", async () => {
  const map = new Map();
  const graph = await Graph.open(mapBackend(map));
  async function* pieces() {
    yield bytes("one ");
    await new Promise(setImmediate);
    yield bytes("two");
  }
  const inputs = {
    iterable: pieces(),
    list: [bytes("one "), bytes("two")],
    stream: new Blob(["one two"]).stream(),
  };
  for (const [id, input] of Object.entries(inputs)) {
    await graph.register(id, document(id), input);
    assert.deepEqual(await collect(graph.layer(id)), bytes("one two"), id);
  }
  const before = new Map(map);
  let ended = false;
  async function* broken() {
    try {
      yield bytes("half");
      throw new Error("the connection ended");
    } finally {
      ended = true;
    }
  }
  await assert.rejects(graph.register("x", document("x"), broken()), (error) => {
    assert.match(error.message, /the connection ended/);
    return fails("io", "layer-source")(error);
  });
  assert.equal(ended, true);
  async function* wrong() {
    yield "text";
  }
  await assert.rejects(graph.register("x", document("x"), wrong()), fails("io", "layer-source"));
  await assert.rejects(graph.register("x", document("x"), 7), fails("invalid", "argument"));
  assert.deepEqual(map, before);
});

test("a backend that fails leaves a layer wholly or not at all", async () => {
  for (let after = 0; ; after++) {
    const map = new Map();
    const { scan: _, ...calls } = mapBackend(map);
    let left = after;
    let struck = false;
    const put = (key, value) => {
      if (left-- === 0) {
        struck = true;
        throw new Error("as told");
      }
      return calls.put(key, value);
    };
    const graph = await Graph.open({ ...calls, put });
    const result = await graph.register("a", document("a"), bytes("tar")).then(
      () => true,
      (error) => fails("io", "backend-failed")(error) && "failed",
    );
    if (!struck) break;
    const again = await Graph.open(mapBackend(map));
    assert.equal(await again.exists("a"), result === true, `after ${after} writes`);
    assert.deepEqual(again.report.problems, []);
    assert.ok(after < 20);
  }
});

test("calls that overlap, and the end of a graph", async () => {
  const graph = await Graph.open(mapBackend());
  const ids = Array.from({ length: 10 }, (_, n) => `layer${n}`);
  await Promise.all(ids.map((id) => graph.register(id, document(id), bytes(id))));
  const same = await Promise.allSettled(ids.map(() => graph.register("same", document("same"))));
  assert.equal(same.filter(({ status }) => status === "fulfilled").length, 1);
  let seen = 0;
  for await (const { size } of graph) seen += Number(size);
  assert.equal(seen, 60);
  let wake;
  const waits = new Promise((resolve) => {
    wake = resolve;
  });
  async function* slow() {
    await waits;
    yield bytes("x");
  }
  const pending = graph.register("slow", document("slow"), slow());
  graph.close();
  await assert.rejects(pending, fails("aborted", "closed"));
  await assert.rejects(graph.list(), fails("aborted", "closed"));
  wake();
});

test("URLs and filters", async () => {
  assert.deepEqual(await parseLayerUrl("http://h/storage/images/s/a%20b"), {
    host: "h",
    store: "s",
    id: "a b",
  });
  assert.deepEqual(await parseLayerUrl("/storage/images/s", { store: true }), { store: "s" });
  assert.equal(await formatLayerUrl({ store: "st ore", id: "é" }), "/storage/images/st%20ore/%C3%A9");
  await assert.rejects(parseLayerUrl("/storage/images/s"), fails("invalid", "url-missing"));
  await assert.rejects(formatLayerUrl({ store: "..", id: "x" }), fails("invalid", "url-part"));
  const filter = await PathFilter.create({ include: ["etc/"], exclude: [""], rebase: "new", strip: "etc" });
  assert.equal(filter.apply("etc/passwd"), "new/passwd");
  assert.equal(filter.excludes("bin/sh"), true);
  const same = await PathFilter.decode(filter.encode());
  assert.deepEqual(same.parts, { include: ["etc/"], exclude: [""], rebase: "new", strip: "etc" });
  await assert.rejects(PathFilter.decode("!!!"), fails("invalid", "filter-base64"));
  await assert.rejects(PathFilter.create({ rebase: "../x" }), fails("invalid", "filter-rebase"));
  same.free();
  assert.throws(() => same.encode(), fails("aborted", "ended"));
});

test("what every container finds", async () => {
  const graph = await Graph.open(mapBackend());
  const entries = await graph.containerSkeleton();
  assert.deepEqual(entries.at(-1), {
    path: "etc/mtab",
    type: "symlink",
    target: "/proc/mounts",
    mode: 0o777,
  });
  const stores = await NamedStores.open(mapBackend());
  assert.ok((await stores.rootSkeleton()).some(({ path, mode }) => path === ".tether" && mode === 0o777));
});
