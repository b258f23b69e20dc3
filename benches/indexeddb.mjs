/** Opening a store of 10,000 images in IndexedDB, beside the bare batched read of the same records in the same page. */
import { measureInChromium } from "./browser.mjs";
import { built, bundle, contents } from "./bundle.mjs";
import { row, runs } from "./common.mjs";

const IMAGES = 10_000;

const CODE = `
import { Digest, ImageStore, init } from ${built("index.js")};
import { indexedDbBackend } from ${built("backends.js")};

const backend = indexedDbBackend("bench");
const PREFIX = "imagedb/content/sha256/";

/** A config of 4 KiB, most of it what configs are made of. */
function config(number) {
  const env = Array.from({ length: 40 }, (_, at) => "VARIABLE_" + at + "=/usr/local/share/path/" + (number * 40 + at));
  const make = (comment) => JSON.stringify({
    architecture: "amd64", os: "linux", created: "2024-01-02T03:04:05Z", comment,
    config: { Env: env, Cmd: ["/bin/sh"] },
    rootfs: { type: "layers", diff_ids: [] },
    history: [],
  });
  return new TextEncoder().encode(make("x".repeat(4096 - make("").length)));
}

async function fill(count) {
  await init();
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("bench", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("records");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const transaction = database.transaction("records", "readwrite");
  for (let number = 0; number < count; number++) {
    const bytes = config(number);
    if (bytes.length !== 4096) throw new Error(String(bytes.length));
    transaction.objectStore("records").put(bytes, PREFIX + Digest.of(bytes).hex);
  }
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  database.close();
}

async function bare() {
  const started = performance.now();
  let records = 0;
  for await (const batch of backend.scan(PREFIX)) records += batch.length;
  return [performance.now() - started, records];
}

async function open() {
  const started = performance.now();
  const store = await ImageStore.open(backend);
  const milliseconds = performance.now() - started;
  const { size, report } = store;
  store.close();
  if (report.problems.length > 0) throw new Error(report.problems[0].reason);
  return [milliseconds, size];
}

window.measure = async (count, runs) => {
  await fill(count);
  const all = [[], []];
  for (let run = 0; run <= runs; run++)
    for (const [at, candidate] of [open, bare].entries()) {
      const [milliseconds, records] = await candidate();
      if (records !== count) throw new Error(records + " records");
      if (run > 0) all[at].push(milliseconds);
    }
  return all.map((times) => times.sort((a, b) => a - b)[times.length >> 1]);
};
`;

const output = await bundle(CODE);
const files = new Map(output.map((file) => [`/${file.fileName}`, contents(file)]));
const script = output.find((file) => file.type === "chunk" && file.isEntry).fileName;
const page = `<!doctype html><script type="module" src="/${script}"></script>`;
const { measured, version } = await measureInChromium(page, (path) => files.get(path), IMAGES, runs);
const [opened, bare] = measured;
row({
  what: `opening ${IMAGES} images of 4 KiB from IndexedDB in Chromium ${version}`,
  ours: `${Math.round(opened)} ms`,
  peer: "the bare batched read",
  theirs: `${Math.round(bare)} ms`,
  ratio: opened / bare,
  most: 2,
});
