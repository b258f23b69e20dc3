/** Stores in Chromium: on every storage that browsers have, from two tabs at once, and with workers ended at any point. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { serve } from "./browser/server.js";
import { launch } from "./support/chromium.js";

/** Images that are raced for. */
const RACED = 150;
/** How often a worker is ended, for each operation. */
const ENDED = 30;

const scratch = await mkdtemp(join(tmpdir(), "layerglass-stores-"));
let server;
let browser;
/** Two tabs of one user. */
let tabs;

before(async () => {
  await build({
    root: fileURLToPath(new URL("store/browser", import.meta.url)),
    configFile: false,
    logLevel: "warn",
    worker: { format: "es" },
    build: { outDir: scratch, emptyOutDir: true, target: "es2022" },
  });
  server = await serve({ "": scratch });
  browser = await launch();
  const context = await browser.newContext();
  const open = async () => {
    const page = await context.newPage();
    await page.goto(`${server.address}/index.html`);
    await page.waitForFunction(() => globalThis.ready);
    return page;
  };
  tabs = [await open(), await open()];
});

after(async () => {
  await browser?.close();
  server?.close();
  await rm(scratch, { recursive: true, force: true });
});

const inPage = (page, name, ...values) =>
  page.evaluate(([name, values]) => tests.work[name](...values), [name, values]);
const inWorker = (page, name, ...values) =>
  page.evaluate(([name, values]) => tests.inWorker(name, ...values), [name, values]);

for (const [kind, places] of Object.entries({
  IndexedDB: [inPage, inWorker],
  OPFS: [inPage, inWorker],
  localStorage: [inPage],
})) {
  for (const place of places) {
    const where = place === inPage ? "a window" : "a worker";
    test(`conformance: ${kind} in ${where}`, { timeout: 120_000 }, async () => {
      const { checks, failures } = await place(tabs[0], "conformance", kind);
      assert.ok(checks >= 15, `${checks} checks`);
      // Browsers keep 5 MB there, which no large record fits.
      if (kind === "localStorage") assert.match(failures.shift().reason, /^no space left/);
      assert.deepEqual(failures, []);
    });
    test(`a store on ${kind} in ${where}`, { timeout: 60_000 }, async () =>
      assert.deepEqual(await place(tabs[0], "scenario", kind), []),
    );
  }
}

/** Both tabs work on one store at the same time, each doing its own. */
async function race(name, one, other, seed) {
  await inPage(tabs[0], "open", "IndexedDB", name);
  await inPage(tabs[0], "fill", RACED);
  await inPage(tabs[1], "open", "IndexedDB", name);
  const [first, second] = await Promise.all([
    inPage(tabs[0], "race", one, "one", RACED, seed),
    inPage(tabs[1], "race", other, "two", RACED, seed + 1),
  ]);
  const outcome = await inPage(tabs[0], "outcome", "IndexedDB", name, RACED);
  assert.deepEqual(outcome.problems, []);
  return { first, second, ...outcome };
}

/** How often each pair of outcomes was met. */
function tally(first, second) {
  const counts = {};
  for (const [at, one] of first.entries()) {
    const pair = `${one} / ${second[at]}`;
    counts[pair] = (counts[pair] ?? 0) + 1;
  }
  return counts;
}

test("two tabs: lease against delete", { timeout: 180_000 }, async (t) => {
  const { first, second, images } = await race("lease-delete", "lease", "delete", 1);
  const met = tally(first, second);
  t.diagnostic(JSON.stringify(met));
  const known = ["done / image-in-use", "image-not-found / done"];
  assert.deepEqual(
    Object.keys(met).filter((pair) => !known.includes(pair)),
    [],
  );
  for (const [at, { there, users }] of images.entries())
    assert.deepEqual([there, users], first[at] === "done" ? [true, ["one"]] : [false, []], `image ${at}`);
});

test("two tabs: tag against tag", { timeout: 180_000 }, async (t) => {
  const { first, second, names } = await race("tag-tag", "tag", "tag", 3);
  assert.deepEqual(Object.keys(tally(first, second)), ["done / done"]);
  assert.equal(names.length, 2 * RACED);
  const [one, other] = await Promise.all([
    inPage(tabs[0], "race", "same", "one", RACED, 5),
    inPage(tabs[1], "race", "same", "two", RACED, 6),
  ]);
  const met = tally(one, other);
  t.diagnostic(JSON.stringify(met));
  const known = ["done / name-conflict", "name-conflict / done"];
  assert.deepEqual(
    Object.keys(met).filter((pair) => !known.includes(pair)),
    [],
  );
  const outcome = await inPage(tabs[1], "outcome", "IndexedDB", "tag-tag", 2);
  assert.equal(outcome.names.length, 3 * RACED);
});

test("two tabs: a child is made against its parent's deletion", { timeout: 180_000 }, async (t) => {
  const { first, second, images } = await race("child-delete", "child", "delete", 7);
  const met = tally(first, second);
  t.diagnostic(JSON.stringify(met));
  const known = ["done / image-has-children", "image-not-found / done"];
  assert.deepEqual(
    Object.keys(met).filter((pair) => !known.includes(pair)),
    [],
  );
  for (const [at, { there, child, linked }] of images.entries())
    assert.deepEqual([there, child, linked], Array(3).fill(first[at] === "done"), `image ${at}`);
});

for (const kind of ["IndexedDB", "OPFS"]) {
  test(`a worker on ${kind} ended at any point`, { timeout: 300_000 }, async (t) => {
    const total = { before: 0, after: 0, recovered: 0 };
    for (const operation of await inPage(tabs[0], "operations")) {
      const found = await tabs[0].evaluate((values) => tests.terminated(...values), [kind, operation, ENDED]);
      t.diagnostic(`${operation}: ${JSON.stringify({ ...found, wrong: found.wrong.length })}`);
      assert.deepEqual(found.wrong, [], operation);
      for (const state of Object.keys(total)) total[state] += found[state];
    }
    assert.ok(total.before > 0 && total.after > 0, JSON.stringify(total));
  });
}
