/** What tests do with images on a page. */
import { ImageStore, init } from "layerglass";
import { openArchive } from "layerglass/archive";
import { indexedDbBackend, mapBackend, opfsBackend } from "layerglass/backends";
import { testLayers } from "layerglass/testing";
import {
  collectLayers,
  convert,
  extractFile,
  extractTar,
  load,
  memoryLayers,
  opfsLayers,
  save,
  saveStream,
} from "layerglass/transfer";

async function folder(name) {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(name, { create: true });
}

const LAYERS = {
  memory: async () => memoryLayers(),
  OPFS: async (name) => opfsLayers(await folder(`layers-${name}`)),
};
const BACKENDS = {
  memory: async () => mapBackend(),
  IndexedDB: async (name) => indexedDbBackend(name),
  OPFS: async (name) => opfsBackend(await folder(`store-${name}`)),
};

const digestOf = async (bytes) => {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
const bytesOf = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());
const open = async (address) => openArchive(await (await fetch(address)).blob());
const ended = (promise) =>
  promise.then(
    () => "done",
    ({ kind, code, path }) => ({ kind, code, path }),
  );

/** A stream of that many bytes, that counts how many it has given. */
function counted(total, failAt = Number.POSITIVE_INFINITY) {
  const state = { given: 0, cancelled: false };
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (state.given >= failAt) return controller.error(new Error("it broke"));
        const size = Math.min(1 << 16, total - state.given);
        if (size === 0) return controller.close();
        controller.enqueue(new Uint8Array(size).fill(state.given >> 16));
        state.given += size;
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, state };
}

/** Files in the folder of downloads under way. */
async function downloads() {
  const names = [];
  for await (const name of (await folder("layerglass-downloads")).keys()) names.push(name);
  return names;
}

globalThis.tests = {
  async conformance(kind) {
    const { checks, failures } = await testLayers(() => LAYERS[kind](`conformance-${crypto.randomUUID()}`));
    return { checks: checks.length, failures };
  },

  /** The digest of an archive in another form, as it comes out here. */
  async converted(address, options) {
    const archive = await open(address);
    const digest = await digestOf(await bytesOf(convert(archive, options).stream));
    archive.close();
    return digest;
  },

  async extracted(address, path) {
    const archive = await open(address);
    const tar = await digestOf(await bytesOf(extractTar(archive, 0).stream));
    const file = await extractFile(archive, 0, path);
    const contents = await digestOf(await (await file.blob()).arrayBuffer());
    archive.close();
    return { tar, contents };
  },

  /** Loads, opens anew, saves. */
  async roundTrip(address, backendKind, layersKind, name) {
    const backend = await BACKENDS[backendKind](name);
    const layers = await LAYERS[layersKind](name);
    const archive = await open(address);
    const store = await ImageStore.open(backend, { layers });
    const report = await load(archive, store);
    store.close();
    const again = await ImageStore.open(backend, { layers });
    const { problems } = await again.verify();
    const saved = await digestOf(
      await bytesOf(save(again, [...again.names().keys()], { format: "docker" }).stream),
    );
    const second = await load(archive, again);
    for (const id of new Set(again.names().values())) await again.delete(id);
    const left = (await layers.list()).length;
    again.close();
    archive.close();
    const isKnown = second.layers.every(({ isKnown }) => isKnown);
    return { names: report.images.flatMap(({ names }) => names), problems, saved, isKnown, left };
  },

  /** Saves a stream; `failAt` breaks it, `abortAt` ends it. */
  async download(name, total, { failAt, abortAt, ...options } = {}) {
    const { stream, state } = counted(total, failAt);
    const controller = new AbortController();
    const told = [];
    const saving = saveStream(stream, name, {
      ...options,
      signal: controller.signal,
      onProgress: (bytes) => {
        told.push(bytes);
        if (bytes >= abortAt) controller.abort("enough");
      },
    });
    const report = await saving.catch(({ kind, code }) => ({ kind, code }));
    return { report, ...state, told: told.at(-1), left: (await downloads()).length };
  },

  downloads,

  /** A dialogue that gives a file of the browser's own; what it is written to. */
  async pick(name) {
    const at = await folder("picked");
    await at.removeEntry(name).catch(() => {});
    globalThis.showSaveFilePicker = async ({ suggestedName }) =>
      at.getFileHandle(suggestedName, { create: true });
  },

  pickNothing() {
    globalThis.showSaveFilePicker = async () => {
      throw new DOMException("closed", "AbortError");
    };
  },

  noPicker() {
    globalThis.showSaveFilePicker = undefined;
  },

  /** What was there before stays when nothing comes of it. */
  async had(name, text) {
    const writable = await (
      await (await folder("picked")).getFileHandle(name, { create: true })
    ).createWritable();
    await writable.write(text);
    await writable.close();
  },

  async picked(name) {
    const handle = await (await folder("picked")).getFileHandle(name).catch(() => undefined);
    if (!handle) return undefined;
    const file = await handle.getFile();
    return { size: file.size, digest: await digestOf(await file.arrayBuffer()) };
  },

  /** Begins to load and says when layers are on their way; the tab is then closed. */
  async beginLoad(address, name) {
    const archive = await open(address);
    const layers = await LAYERS.OPFS(name);
    const store = await ImageStore.open(await BACKENDS.IndexedDB(name), { layers });
    return new Promise((resolve) => {
      load(archive, store, { onProgress: ({ bytes }) => resolve(bytes) }).then(() => resolve("done"));
    });
  },

  /** What another tab sees of that. */
  async afterwards(address, name) {
    const layers = await LAYERS.OPFS(name);
    const store = await ImageStore.open(await BACKENDS.IndexedDB(name), { layers });
    const seen = { size: store.size, names: [...store.names()], problems: store.report.problems };
    const collected = (await collectLayers(store)).length;
    const left = (await layers.list()).length;
    const files = [];
    for await (const file of (await folder(`layers-${name}`)).keys()) files.push(file);
    const archive = await open(address);
    const loaded = await load(archive, store);
    archive.close();
    const { problems } = await store.verify();
    store.close();
    return { seen, collected, left, files, loaded: loaded.images.length, problems };
  },

  /** A worker that is gone in the middle of a load. */
  async closedUnder(address) {
    const layers = memoryLayers();
    const store = await ImageStore.open(mapBackend(), { layers });
    const archive = await open(address);
    const error = await ended(load(archive, store, { onProgress: () => archive.close() }));
    return { error, size: store.size, layers: (await layers.list()).length };
  },
};

init().then(() => {
  globalThis.ready = true;
});
