import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { violations } from "./support/axe.js";
import { launch } from "./support/browser.js";
import { filesBelow, find } from "./support/images.js";
import { Inspector } from "./support/inspector.js";
import { serve } from "./support/server.js";

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;
const DIST = fileURLToPath(new URL("../../www/dist", import.meta.url));

/** @type {Awaited<ReturnType<typeof launch>>} */
let browser;
/** A copy of the page, which the tests may change. @type {string} */
let folder;
before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "layerglass-offline-"));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** The page from a copy of what was built, in a browser that lets it keep itself. @param {string} name @param {Map<string, any>} [offers] */
async function visit(name, offers) {
  const root = join(folder, name);
  await cp(DIST, root, { recursive: true });
  const server = await serve(root, offers);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const inspector = new Inspector(await context.newPage(), server.origin);
  await inspector.page.goto(server.origin);
  return { root, server, inspector, page: inspector.page };
}

/** Waits until the page is kept and its worker answers for it. @param {import("playwright-core").Page} page */
async function kept(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
  });
}

/** Names of the caches, and what is in them by its path, as a hash. @param {import("playwright-core").Page} page */
async function caches_(page) {
  return page.evaluate(async () => {
    const names = await caches.keys();
    /** @type {Record<string, string>} */
    const files = {};
    for (const name of names) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const bytes = await (await cache.match(request))?.arrayBuffer();
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes ?? new ArrayBuffer(0)));
        files[new URL(request.url).pathname] = Array.from(hash, (byte) =>
          byte.toString(16).padStart(2, "0"),
        ).join("");
      }
    }
    return { names, files };
  });
}

/** What a server hands out, by its path, as a hash. @param {string} root */
async function handedOut(root) {
  /** @type {Record<string, string>} */
  const files = {};
  for (const path of filesBelow(root)) {
    if (path === "sw.js") continue;
    const hash = createHash("sha256").update(await readFile(join(root, path)));
    files[path === "index.html" ? "/" : `/${path}`] = hash.digest("hex");
  }
  return files;
}

test("once visited, the page opens and reads images without a server", async () => {
  const { root, server, inspector, page } = await visit("whole");
  await kept(page);
  const { names, files } = await caches_(page);
  assert.equal(names.length, 1);
  assert.deepEqual(files, await handedOut(root), "all files of the page, and nothing else");
  await inspector.pick(find((each) => each.images.length > 1 && !each.folder).path);
  await inspector.scanned();
  await page.getByRole("button", { name: "Keep in this browser" }).click();
  await page.getByText("is kept in this browser: it opens again").waitFor();
  const title = await page.getByRole("heading", { level: 1 }).innerText();
  await page.getByRole("button", { name: "Layerglass" }).click();
  await page.getByText("opens without a network").waitFor();
  await page.getByRole("region", { name: "Kept in this browser" }).getByRole("button").first().click();
  await inspector.scanned();
  await server.close();
  await page.context().setOffline(true);
  // What was kept opens from its address.
  await page.reload();
  await inspector.scanned();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), title);
  // So does the sample, and a file for which a module is loaded that was never used before.
  await page.goto(`${server.origin}/?open=sample`);
  await inspector.scanned();
  await page.getByRole("button", { name: "Layerglass" }).click();
  await inspector.pick(find((each) => each.images.length === 0 && each.name.endsWith(".sif")).path);
  await page.locator("layerglass-report").waitFor();
  inspector.problems = inspector.problems.filter((problem) => !/ERR_(INTERNET|CONNECTION)/.test(problem));
  await inspector.close();
});

test("what is opened, and what others serve there, is not kept", async () => {
  const image = find((each) => each.images.length > 0 && !each.folder);
  const token = `/${"d".repeat(32)}/`;
  const offers = new Map([
    [
      token,
      {
        json: { kind: "file", name: "x.tar", size: (await readFile(image.path)).length, url: `${token}file` },
      },
    ],
    [`${token}file`, { file: image.path }],
  ]);
  const { root, server, inspector, page } = await visit("served", offers);
  await kept(page);
  await page.goto(`${server.origin}/?open=${token}`);
  await inspector.scanned();
  const status = await page.evaluate(async () => {
    const posted = await fetch("logo.svg?other", { method: "POST" });
    const missing = await fetch("missing.txt");
    return [posted.ok, missing.status];
  });
  assert.deepEqual(status, [true, 404], "the server itself answered");
  assert.deepEqual((await caches_(page)).files, await handedOut(root));
  inspector.problems = inspector.problems.filter((problem) => !problem.includes("404"));
  await inspector.close();
  await server.close();
});

test("a new build takes the place of the old one, whose files go", async () => {
  const { root, server, inspector, page } = await visit("older");
  await kept(page);
  const before = await caches_(page);
  // The next build has another picture, and so another list.
  const hash = (/** @type {Buffer} */ bytes) => createHash("sha256").update(bytes).digest("base64");
  const [logo, worker] = [join(root, "logo.svg"), join(root, "sw.js")];
  const old = await readFile(logo);
  const changed = Buffer.from(`${old}<!-- new -->`);
  await writeFile(logo, changed);
  const code = (await readFile(worker, "utf8")).replace(hash(old), hash(changed));
  await writeFile(worker, code.replace(/(version\\":\\")[0-9a-f]{16}/, "$10123456789abcdef"));
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update();
    while (!registration?.waiting) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  assert.equal((await caches_(page)).names.length, 2, "a tab still shows the old one");
  // The last tab of the old build is closed: from then on the new one answers.
  const context = page.context();
  const next = await context.newPage();
  next.setDefaultNavigationTimeout(120_000);
  await page.close();
  while (true) {
    await next.goto(server.origin);
    const { names } = await caches_(next);
    if (names.length === 1 && names[0] === "layerglass-page-0123456789abcdef") break;
    await next.goto("about:blank");
    await next.waitForTimeout(100);
  }
  assert.notDeepEqual((await caches_(next)).names, before.names);
  assert.deepEqual((await caches_(next)).files, await handedOut(root));
  assert.deepEqual(inspector.problems, []);
  await context.close();
  await server.close();
});

test("files that are not those of the build are not kept", async () => {
  const root = join(folder, "damaged");
  await cp(DIST, root, { recursive: true });
  const script = filesBelow(root).find((path) => /^assets\/transfer-(?!worker).*\.js$/.test(path)) ?? "";
  await writeFile(join(root, script), "// not what was built");
  const server = await serve(root);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.origin);
  const state = await page.evaluate(async () => {
    while (!(await navigator.serviceWorker.getRegistration()))
      await new Promise((resolve) => setTimeout(resolve, 50));
    for (;;) {
      const registration = await navigator.serviceWorker.getRegistration();
      if (!registration?.installing && (await caches.keys()).length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { controlled: navigator.serviceWorker.controller !== null, names: await caches.keys() };
  });
  assert.deepEqual(state, { controlled: false, names: [] });
  assert.ok(
    await page.getByRole("button", { name: "Choose a file" }).isVisible(),
    "the page works as before",
  );
  await context.close();
  await server.close();
});

test("the page can be installed: its manifest and icons are as they say", async () => {
  const { server, inspector, page } = await visit("manifest");
  const devtools = await page.context().newCDPSession(page);
  const { url, errors, data } = await devtools.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  assert.equal(url, `${server.origin}/manifest.webmanifest`);
  const manifest = JSON.parse(data ?? "");
  assert.equal(manifest.display, "standalone");
  const sizes = await page.evaluate(async (icons) => {
    /** @type {string[]} */
    const found = [];
    for (const { src, type } of icons) {
      const response = await fetch(src);
      if (type !== "image/png") found.push(response.headers.get("content-type") ?? "");
      else {
        const { width, height } = await createImageBitmap(await response.blob());
        found.push(`${width}x${height}`);
      }
    }
    return found;
  }, manifest.icons);
  assert.deepEqual(sizes, ["192x192", "512x512", "512x512", "image/svg+xml"]);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  const reasons = installabilityErrors.map(({ errorId }) => errorId);
  assert.deepEqual(
    reasons.filter((reason) => reason !== "in-incognito"),
    [],
    "a browser of tests is a private one, and nothing else speaks against it",
  );
  // No service worker comes from elsewhere: the policy of scripts lets through the page's own server alone.
  const foreign = await page.evaluate(async () =>
    navigator.serviceWorker.register("https://example.com/sw.js").then(
      () => "registered",
      (error) => error.message,
    ),
  );
  assert.match(foreign, /a script from elsewhere/);
  // Where the browser offers it, there is a button, which asks once.
  await page.evaluate(() => {
    const offer = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
      prompt: async () => document.body.setAttribute("data-asked", "yes"),
    });
    dispatchEvent(offer);
  });
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await page.getByRole("button", { name: "Install as an app" }).waitFor();
    assert.ok((await inspector.overflow()) <= 0, `${width} px`);
    assert.deepEqual(await violations(page), [], `${width} px`);
    if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/install-${width}.png`, fullPage: true });
  }
  await page.getByRole("button", { name: "Install as an app" }).click();
  await page.getByRole("button", { name: "Install as an app" }).waitFor({ state: "detached" });
  assert.equal(await page.locator("body").getAttribute("data-asked"), "yes");
  await inspector.close();
  await server.close();
});

test("installed, the page opens the files that it is started with", async () => {
  const { server, inspector, page } = await visit("launched");
  const entry = find((each) => each.images.length > 0 && !each.folder);
  const bytes = [...(await readFile(entry.path))];
  // Browsers of tests cannot install a page: what an installed one is told is told in their place.
  await page.addInitScript((contents) => {
    const file = new File([new Uint8Array(contents)], "launched.tar");
    const handle = { name: file.name, getFile: async () => file };
    Object.defineProperty(globalThis, "launchQueue", {
      value: {
        setConsumer: (/** @type {(launch: object) => void} */ consumer) => consumer({ files: [handle] }),
      },
    });
  }, bytes);
  await page.reload();
  await inspector.scanned();
  assert.match(await page.title(), /^launched\.tar/);
  await inspector.close();
  await server.close();
});
