/** What a store does, on any backend: everything that is not as it should be. */
import { ImageStore, LayerglassError } from "layerglass";
import { config, ended, idOf, STOPPED } from "./support.js";

const utf8 = new TextEncoder();

export async function scenario(backend) {
  const wrong = [];
  const check = (what, found, expected) => {
    const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
    if (one !== other) wrong.push(`${what}: ${one} instead of ${other}`);
  };
  const code = async (promise) => (await ended(promise)).code;

  let store = await ImageStore.open(backend, STOPPED);
  const told = [];
  store.addEventListener("change", ({ detail }) => told.push(detail.type));
  check("report", store.report, { images: 0, problems: [], recovered: false, swept: [] });

  const [a, b, c] = ["a", "b", "c"].map(idOf);
  check("create", await store.create(config("a")), a);
  await store.create(config("b"), { parent: a, builtLocally: true });
  await store.create(config("c"), { parent: b });
  check("again", await store.create(config("a")), a);
  check("size", store.size, 3);
  check("list", store.list(), [a, b, c].sort());
  const seen = [];
  for await (const id of store) seen.push(id);
  check("iterated", seen, store.list());
  check("get", (await store.get(b)).author, "b");
  check("raw", [...(await store.raw(b))], [...config("b")]);
  check("contains", [store.contains(a), store.contains(idOf("z"))], [true, false]);
  check("search", store.search(a.slice(7, 20)), a);
  check("parent", [store.parent(c), store.parent(a)], [b, undefined]);
  check("children", store.children(a), [b]);
  check("ancestors", store.ancestors(c), [b, a]);
  check("heads", store.heads(), [c]);
  check(
    "by parent",
    [...store.byParent()].sort(),
    [
      [a, [b]],
      [b, [c]],
    ].sort(),
  );
  check("cycle", await code(store.setParent(a, c)), "image-parent-cycle");
  check("no such parent", await code(store.create(config("d"), { parent: idOf("z") })), "image-not-found");
  check("built", [await store.isBuiltLocally(b), await store.isBuiltLocally(c)], [true, false]);
  await store.touch(c);
  check("last updated", await store.lastUpdated(c), "2020-09-13T12:26:40Z");
  await store.setMetadata(c, "note", utf8.encode("x"));
  check("metadata", [...(await store.metadata(c, "note"))], [120]);
  check("metadata's name", await code(store.setMetadata(c, "parent", utf8.encode("x"))), "metadata-name");

  check("tag", (await store.tag("demo", a)).type, "tagged");
  check("conflict", (await ended(store.tag("demo", b))).kind, "conflict");
  check("force", (await store.tag("demo", b, { force: true })).movedFrom, a);
  const digest = `demo@sha256:${"d".repeat(64)}`;
  await store.addDigest(digest, b);
  check("names of", store.namesOf(b), ["docker.io/library/demo:latest", `docker.io/library/${digest}`]);
  check("resolve", store.resolve("demo"), b);
  check("display name", [store.displayName(b), store.displayName(a)], ["demo:latest", a.slice(7, 19)]);
  check("repository", [...store.repository("demo").keys()].length, 2);
  check("untag", (await store.untag("demo")).type, "untagged");
  check("no such name", (await ended(store.untag("demo"))).kind, "not_found");

  await store.lease(c, "one");
  await store.lease(c, "two", { persist: false });
  await store.lease(c, "late", { expires: new Date(1) });
  check("users", await store.users(c), ["one", "two"]);
  const refused = await store.delete(c).catch((error) => error);
  check(
    "in use",
    [refused instanceof LayerglassError, refused.kind, refused.users],
    [true, "in_use", ["one", "two"]],
  );
  check("returned", [await store.returnLease(c, "one"), await store.returnLease(c, "nobody")], [true, false]);
  await store.returnLease(c, "two");
  check("has children", await code(store.delete(a)), "image-has-children");

  const state = await store.update(c, async (state) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    state.names.add("docker.io/library/c:1").add("docker.io/library/c:2");
    state.parent = a;
    state.metadata.delete("note");
    state.metadata.set("__proto__", utf8.encode("y"));
  });
  check("update", [state.parent, [...state.metadata.keys()], store.namesOf(c).length], [a, ["__proto__"], 2]);
  const before = JSON.stringify([...store.names()]);
  const thrown = new Error("no");
  const failed = await store
    .update(c, (state) => {
      state.names.clear();
      throw thrown;
    })
    .catch((error) => error);
  check("failed update", [failed === thrown, JSON.stringify([...store.names()])], [true, before]);

  store.close();
  check("closed", await code(store.touch(a)), "closed");
  store = await ImageStore.open(backend, STOPPED);
  check("reopened", [store.size, store.report.problems, store.parent(c)], [3, [], a]);
  check("names again", store.namesOf(c), ["docker.io/library/c:1", "docker.io/library/c:2"]);

  const { deleted, untagged } = await store.delete(a, { children: "cascade" });
  check("deleted", [deleted.length, deleted.at(-1), untagged.length], [3, a, 3]);
  check(
    "missing",
    [await code(store.delete(a)), await code(store.delete(a, { missingOk: true }))],
    ["image-not-found", undefined],
  );
  check("empty", [store.size, (await store.verify()).checked, store.names().size], [0, 0, 0]);

  // Damage is reported, repaired and collected.
  const key = `imagedb/content/sha256/${"7".repeat(64)}`;
  await backend.put(key, utf8.encode("damaged"));
  const problems = await store.reload();
  check(
    "problems",
    problems.map(({ kind, key }) => [kind, key]),
    [["content-corrupt", key]],
  );
  check("damaged", store.damaged(), problems);
  const plan = store.planRepair(problems);
  check("plan", plan.actions, [
    { type: "setAside", key },
    { type: "untag", id: `sha256:${"7".repeat(64)}` },
  ]);
  const repaired = await store.repair(plan);
  check("repaired", [repaired.done.length, repaired.problems], [1, []]);
  check("dry", (await store.gc({ dryRun: true, damaged: true })).debris.length, 1);
  check("collected", (await store.gc({ damaged: true })).bytes, 7);
  check("told", [...new Set(told)].sort(), [
    "created",
    "leased",
    "metadata",
    "parent",
    "released",
    "tagged",
    "untagged",
  ]);
  const left = (await backend.list("")).filter((key) => key !== "repositories.json");
  check("left", [...left], []);
  store.close();
  return wrong;
}
