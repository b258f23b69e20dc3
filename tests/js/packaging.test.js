/** The packed tarball in empty projects: Node, Vite's server, Vite's build, and TypeScript, all without configuration. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { build, createServer } from "vite";
import { serve } from "./browser/server.js";
import { launch, openPage } from "./support/chromium.js";
import { FILES, pathOf } from "./support/folder.js";
import { ONE_TAG } from "./support/one-tag.js";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);
const pkg = fileURLToPath(new URL("..", import.meta.resolve("layerglass")));
const [image, { images }] = FILES.find(
  ([name, entry]) => name.endsWith(".tar") && entry.images.length === 1 && entry.images[0].rootfs?.entries,
);

let scratch;
/** The package and what it depends on, as nothing can be fetched. */
let tarballs;
let packed;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "layerglass-packaging-"));
  const pack = async (cwd) => {
    const { stdout } = await run(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch],
      {
        cwd,
      },
    );
    return JSON.parse(stdout)[0];
  };
  packed = await pack(pkg);
  const others = (await needed()).map(pack);
  tarballs = [...(await Promise.all(others)), packed].map(({ filename }) => join(scratch, filename));
});

/** Folders of all packages that the package depends on, and of those that they do. */
async function needed() {
  const found = new Map();
  const add = async (folder) => {
    const { dependencies = {} } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) {
      // Not by its exports: they need not have the `package.json`.
      const places = require.resolve.paths(`${name}/x`).map((place) => join(place, name));
      const nested = [join(folder, "node_modules", name), ...places];
      const place = nested.find((each) => existsSync(join(each, "package.json")));
      assert.ok(place, `${name} is not installed`);
      if (found.has(place)) continue;
      found.set(place, name);
      await add(place);
    }
  };
  await add(pkg);
  return [...found.keys()];
}

after(() => rm(scratch, { recursive: true, force: true }));

/** An empty project with nothing but the tarball. */
async function project(name, files) {
  const root = join(scratch, name);
  await mkdir(root);
  await writeFile(join(root, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  for (const file of files) await copyFile(here(`packaging/${file}`), join(root, file));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", ...tarballs], {
    cwd: root,
  });
  return root;
}

function checkResult(result) {
  assert.equal(result.error, undefined);
  assert.deepEqual(result.ids, [images[0].image_id]);
  const diffIds = new Set(images[0].layers.map(({ diff_id }) => diff_id));
  assert.deepEqual(new Set(result.layers), diffIds);
  assert.equal(result.rows.length, images[0].rootfs.entries);
  assert.equal(result.oneClass, true);
  assert.equal(result.refused, "not-an-image");
}

test("the tarball holds what is needed and nothing else", () => {
  const names = packed.files.map(({ path }) => path);
  for (const name of ["package.json", "LICENSE", "README.md", "dist/index.js", "dist/worker.node.js"]) {
    assert.ok(names.includes(name), `${name} is missing`);
  }
  for (const name of names) {
    assert.match(
      name,
      /^(package\.json|LICENSE|README\.md|dist\/[\w./-]+\.(js|d\.ts)|wasm\/(core|archive|records|store|sif|graph|vm|inspect|transfer|testing)\/\w+\.(js|wasm))$/,
    );
  }
});

test("an empty Node project: as a file, and from the command line", async () => {
  const root = await project("node-project", ["main.node.js"]);
  const asFile = await run(process.execPath, ["main.node.js", pathOf(image)], { cwd: root });
  checkResult(JSON.parse(asFile.stdout));
  assert.equal(asFile.stderr, "");
  const code = await readFile(here("packaging/main.node.js"), "utf8");
  const inline = await run(process.execPath, ["--input-type=module", "-e", code, "--", pathOf(image)], {
    cwd: root,
  });
  checkResult(JSON.parse(inline.stdout));
});

test("the command runs with npx in an empty folder, on every part of the package that it uses", async () => {
  const root = await project("command-project", []);
  const npx = (...args) =>
    run("npx", ["--no-install", "--offline", "layerglass", ...args], { cwd: root }).catch((error) => error);
  const { version } = JSON.parse(await readFile(join(pkg, "package.json"), "utf8"));
  assert.equal((await npx("--version")).stdout, `${version}\n`);
  const inspected = JSON.parse((await npx("inspect", pathOf(image), "--json")).stdout);
  assert.equal(inspected.images[0].id, images[0].image_id);
  const checked = JSON.parse(
    (await npx("check", pathOf(image), "--digests", "--max-waste", "100%", "--json")).stdout,
  );
  assert.equal(checked.ok, true);
  assert.equal((await npx("check", pathOf(image), "--max-layers", "0")).code, 1);
  assert.equal((await npx("convert", pathOf(image), "out.tar", "--format", "oci")).stdout, "");
  const files = (await npx("files", "out.tar", "--null")).stdout.split("\0");
  assert.equal(files.length - 1, images[0].rootfs.entries);
  assert.match((await npx("report", "out.tar", "--format", "markdown")).stdout, /^## Verification$/m);
});

test("the raw modules can be imported by name", async () => {
  const root = await project("wasm-project", []);
  const code = `for (const name of ["core", "archive"]) {
    const { readFileSync } = await import("node:fs");
    const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve("layerglass/" + name + ".wasm"))));
    if (WebAssembly.Module.exports(module).length < 10) throw new Error(name);
  }
  const { init, Reference } = await import("layerglass");
  await init(new WebAssembly.Module((await import("node:fs")).readFileSync(new URL(import.meta.resolve("layerglass/core.wasm")))));
  console.log(Reference.parse("redis").familiar);`;
  await writeFile(join(root, "main.js"), code);
  const { stdout } = await run(process.execPath, ["main.js"], { cwd: root });
  assert.equal(stdout.trim(), "redis");
});

test("an empty Vite project, served and built", async (t) => {
  const root = await project("vite-project", ["main.js", "index.html"]);
  await mkdir(join(root, "public"));
  await copyFile(pathOf(image), join(root, "public", "image.tar"));
  const browser = await launch();
  const look = async (address) => {
    const { page, complaints } = await openPage(browser, address);
    await page.waitForFunction(() => globalThis.result, undefined, { timeout: 60_000 });
    checkResult(await page.evaluate(() => globalThis.result));
    assert.deepEqual(complaints, []);
    await page.close();
  };
  try {
    await t.test("served", async () => {
      const server = await createServer({
        root,
        configFile: false,
        logLevel: "warn",
        server: { host: "127.0.0.1", port: 0 },
      });
      try {
        await server.listen();
        await look(server.resolvedUrls.local[0]);
        // The second time its optimised dependencies are there from the start.
        await look(server.resolvedUrls.local[0]);
      } finally {
        await server.close();
      }
    });
    await t.test("built, under a strict policy", async () => {
      await build({ root, configFile: false, logLevel: "warn" });
      const assets = await readdir(join(root, "dist", "assets"));
      // Core, archive, store, records.
      assert.equal(assets.filter((name) => name.endsWith(".wasm")).length, 4, `${assets}`);
      const server = await serve({ "": join(root, "dist") });
      try {
        await look(`${server.address}/index.html`);
      } finally {
        server.close();
      }
    });
  } finally {
    await browser.close();
  }
});

test("one tag in an empty project shows the files of an image", async () => {
  const root = await project("elements-project", []);
  await writeFile(join(root, "index.html"), ONE_TAG);
  await mkdir(join(root, "public"));
  await copyFile(pathOf(image), join(root, "public", "image.tar"));
  // A server of Vite's that this process had before leaves its own setting behind.
  process.env.NODE_ENV = "production";
  await build({ root, configFile: false, logLevel: "warn", worker: { format: "es" } });
  const browser = await launch();
  const server = await serve({ "": join(root, "dist") });
  try {
    const { page, complaints } = await openPage(browser, `${server.address}/index.html`);
    const { entries } = images[0].rootfs;
    await page.getByText(`${entries} entries`).first().waitFor({ timeout: 60_000 });
    assert.deepEqual(complaints, []);
  } finally {
    server.close();
    await browser.close();
  }
});

// Bundlers bring along whatever a page could ask for; what counts is what it asks for.
for (const [what, use, expected] of [
  ["the core alone", `return Reference.parse("redis").familiar;`, ["core_bg.wasm"]],
  [
    "a store",
    `using store = await ImageStore.open(mapBackend());
     const config = new TextEncoder().encode('{"os":"linux","rootfs":{"type":"layers"}}');
     await store.tag("redis", await store.create(config));
     return Reference.parse([...store.names().keys()][0]).familiarName;`,
    ["core_bg.wasm", "store_bg.wasm"],
  ],
]) {
  test(`a page that uses ${what} loads no other module`, async () => {
    const root = await project(`${what.replaceAll(" ", "-")}-project`, ["index.html"]);
    const code = `import { ImageStore, init, Reference } from "layerglass";
    import { mapBackend } from "layerglass/backends";
    async function use() { ${use} }
    init().then(use).then((result) => { globalThis.result = result; });`;
    await writeFile(join(root, "main.js"), what === "a store" ? code : code.replace("ImageStore, ", ""));
    await build({ root, configFile: false, logLevel: "warn", build: { target: "es2022" } });
    const browser = await launch();
    const server = await serve({ "": join(root, "dist") });
    try {
      const { page, complaints } = await openPage(browser, `${server.address}/index.html`);
      await page.waitForFunction(() => globalThis.result === "redis");
      assert.deepEqual(complaints, []);
      const loaded = await page.evaluate(() =>
        performance.getEntriesByType("resource").map(({ name }) => name),
      );
      const modules = loaded.filter((name) => name.endsWith(".wasm"));
      const names = modules.map((name) => name.slice(name.lastIndexOf("/") + 1).replace(/-.*\./, "."));
      assert.deepEqual(names.sort(), expected);
    } finally {
      server.close();
      await browser.close();
    }
  });
}

for (const [place, settings] of Object.entries({
  "a browser's project": {
    lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable", "ESNext.Disposable"],
    types: [],
  },
  "a Node project": { lib: ["ES2023", "ESNext.Disposable"], types: ["node"] },
})) {
  test(`the types hold in ${place}, checked to the last declaration`, async () => {
    const files = ["usage.ts", settings.types.length > 0 ? "usage.node.ts" : "usage.browser.ts"];
    const root = await project(place.replaceAll(/\W/g, "-").toLowerCase(), files);
    const compilerOptions = {
      ...settings,
      target: "ES2022",
      module: "NodeNext",
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      typeRoots: [join(dirname(require.resolve("@types/node/package.json")), "..")],
    };
    await writeFile(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", root]).catch((error) => error);
    assert.equal(stdout, "");
  });
}

test("publint finds nothing", async () => {
  const { messages } = await publint({ pkgDir: pkg, level: "suggestion", strict: true });
  assert.deepEqual(messages, []);
});

test("are the types wrong? no", async () => {
  const attw = join(dirname(require.resolve("@arethetypeswrong/cli/package.json")), "dist", "index.js");
  const excluded = [
    "--exclude-entrypoints",
    "core.wasm",
    "archive.wasm",
    "records.wasm",
    "store.wasm",
    "sif.wasm",
    "graph.wasm",
    "vm.wasm",
    "inspect.wasm",
    "transfer.wasm",
    "testing.wasm",
  ];
  // It fails when it finds a problem.
  const { stdout } = await run(process.execPath, [
    attw,
    tarballs.at(-1),
    "--profile",
    "esm-only",
    ...excluded,
  ]);
  for (const entry of [
    "layerglass",
    "layerglass/archive",
    "layerglass/worker",
    "layerglass/inspect",
    "layerglass/transfer",
  ])
    assert.ok(stdout.includes(entry));
});
