/** What pages and workers do with stores when tests ask them to. */
import { ImageStore, init } from "layerglass";
import { indexedDbBackend, opfsBackend, webStorageBackend } from "layerglass/backends";
import { testBackend } from "layerglass/testing";
import { scenario } from "../scenario.js";
import { config, ended, idOf, randomFrom, records, STOPPED, shuffled } from "../support.js";

/** A backend by its kind, with a name of its own. */
export async function make(kind, name) {
  if (kind === "IndexedDB") return indexedDbBackend(name);
  if (kind === "localStorage") return webStorageBackend(localStorage, `${name}/`);
  const root = await navigator.storage.getDirectory();
  return opfsBackend(await root.getDirectoryHandle(name, { create: true }));
}

/** Operations that write more than one record, each from the state that `prepare` makes. */
const OPERATIONS = {
  "create a child": (store) => store.create(config("new"), { parent: idOf("c"), builtLocally: true }),
  "delete a branch": (store) => store.delete(idOf("b"), { children: "cascade" }),
  "delete, orphaning": (store) => store.delete(idOf("b"), { children: "orphan" }),
  update: (store) =>
    store.update(idOf("b"), (state) => {
      state.names.delete("docker.io/library/b:1");
      state.names.add("docker.io/library/new:1");
      state.parent = undefined;
      state.metadata.set("note", new Uint8Array([1, 2, 3]));
      state.builtLocally = true;
    }),
  tag: (store) => store.tag("new:1", idOf("a")),
};

let store;
let backend;

/** One side of a race: for each of many images one call, in an order of its own, many at once. */
const SIDES = {
  lease: (at, tab) => store.lease(idOf(`image ${at}`), tab),
  delete: (at) => store.delete(idOf(`image ${at}`)),
  child: (at) => store.create(config(`child ${at}`), { parent: idOf(`image ${at}`) }),
  tag: (at, tab) => store.tag(`${tab}:${at}`, idOf("image 0")),
  same: (at, tab) => store.tag(`same:${at}`, idOf(tab === "one" ? "image 0" : "image 1")),
};

export const work = {
  init: () => init(),

  async conformance(kind) {
    const { checks, failures } = await testBackend(() => make(kind, `conformance-${Math.random()}`));
    return { checks: checks.length, failures };
  },

  async scenario(kind) {
    return scenario(await make(kind, `scenario-${Math.random()}`));
  },

  async open(kind, name) {
    store?.close();
    backend = await make(kind, name);
    store = await ImageStore.open(backend, STOPPED);
    return store.report;
  },

  /** Images to race for. */
  async fill(count) {
    for (let at = 0; at < count; at++) await store.create(config(`image ${at}`));
  },

  async race(side, tab, count, seed) {
    const order = shuffled(
      Array.from({ length: count }, (_, at) => at),
      randomFrom(seed),
    );
    const outcomes = [];
    await Promise.all(
      order.map(async (at) => {
        outcomes[at] = (await ended(SIDES[side](at, tab))).code ?? "done";
      }),
    );
    return outcomes;
  },

  /** What is there after a race, as a store sees it that is opened anew. */
  async outcome(kind, name, count) {
    const report = await work.open(kind, name);
    const images = [];
    for (let at = 0; at < count; at++) {
      const id = idOf(`image ${at}`);
      const child = idOf(`child ${at}`);
      const users = store.contains(id) ? await store.users(id) : [];
      images.push({
        there: store.contains(id),
        users,
        child: store.contains(child),
        linked: store.parent(child) === id,
      });
    }
    return { images, names: [...store.names()], problems: report.problems };
  },

  /** A chain a - b - c with names, users and metadata, and nothing else. */
  async prepare(kind, name) {
    const target = await make(kind, name);
    for (const key of await target.list("")) await target.delete(key);
    const prepared = await ImageStore.open(target, STOPPED);
    await prepared.create(config("a"));
    await prepared.create(config("b"), { parent: idOf("a") });
    await prepared.create(config("c"), { parent: idOf("b") });
    for (const [tag, text] of [
      ["a:1", "a"],
      ["b:1", "b"],
      ["b:2", "b"],
      ["c", "c"],
    ])
      await prepared.tag(tag, idOf(text));
    await prepared.lease(idOf("a"), "somebody");
    await prepared.touch(idOf("b"));
    prepared.close();
    return records(target);
  },

  operations: () => Object.keys(OPERATIONS),

  operate: async (operation) => void (await OPERATIONS[operation](store)),

  /** What is there when it is opened anew. */
  async after(kind, name) {
    const target = await make(kind, name);
    const opened = await ImageStore.open(target, STOPPED);
    const { report } = opened;
    opened.close();
    return { report, records: await records(target) };
  },
};
