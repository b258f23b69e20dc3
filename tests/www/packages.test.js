import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { packagesAs } from "layerglass/inspect";
import { violations } from "./support/axe.js";
import { dockerArchive } from "./support/image.js";
import { start } from "./support/inspector.js";
import { downloaded, opened } from "./support/saving.js";
import { tar } from "./support/tar.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

const SCREENSHOTS = process.env.LAYERGLASS_SCREENSHOTS;

/** @typedef {{ name: string, version: string, size?: number }} Made */

/** A dpkg database. @param {readonly Made[]} packages */
function status(packages) {
  return packages
    .map(
      ({ name, version, size = 1 }) =>
        `Package: ${name}\nStatus: install ok installed\nInstalled-Size: ${size}\nMaintainer: Somebody <a@example.org>\nArchitecture: amd64\nVersion: ${version}\nHomepage: https://example.org/${name}\nDescription: made\n`,
    )
    .join("\n");
}

/** The files of a package and their list. @param {Made} made @param {number} bytes @returns {import("./support/tar.js").Entry[]} */
function files({ name }, bytes) {
  return [
    { name: `usr/lib/${name}.so`, contents: Buffer.alloc(bytes, name) },
    {
      name: `var/lib/dpkg/info/${name}.list`,
      contents: `/.\n/usr\n/usr/lib\n/usr/lib/${name}.so\n/usr/share/gone-${name}\n`,
    },
  ];
}

const BASE = [
  { name: "libc6", version: "2.36-9+deb12u4" },
  { name: "apt", version: "2.6.1" },
  { name: "gcc", version: "12.2.0-3" },
];
const LATER = [BASE[0], BASE[1], { name: "<b>curl</b>", version: "7.88.1-10+deb12u5" }].filter(
  (each) => each !== undefined,
);

/** A Debian-like root: a layer with three packages, then one that removes one of them, adds another and a Python package. */
function debian() {
  const release = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n';
  const layers = [
    tar([
      { name: "etc/os-release", contents: release },
      { name: "var/lib/dpkg/status", contents: status(BASE) },
      ...BASE.flatMap((each, index) => files(each, 1000 * (index + 1))),
    ]),
    tar([
      { name: "var/lib/dpkg/status", contents: status(LATER) },
      { name: "usr/lib/.wh.gcc.so" },
      { name: "var/lib/dpkg/info/.wh.gcc.list" },
      {
        name: "usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA",
        contents: "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\nLicense: MIT\n\n",
      },
      {
        name: "usr/lib/python3/dist-packages/six-1.16.0.dist-info/RECORD",
        contents: "six.py,,\nsix-1.16.0.dist-info/METADATA,,\n",
      },
      { name: "usr/lib/python3/dist-packages/six.py", contents: Buffer.alloc(34_549, "x") },
    ]),
  ];
  return dockerArchive(layers, {
    name: "made/debian:12",
    history: [{ created_by: "ADD rootfs.tar /" }, { created_by: "RUN apt-get remove gcc" }],
  });
}

/** The page with the packages of a file. @param {string} path @param {import("playwright-core").BrowserContextOptions} [options] */
async function packages(path, options) {
  const inspector = await opened(stage, path, options);
  await inspector.tab("Packages");
  const view = inspector.page.locator("layerglass-packages");
  await view.getByRole("table", { name: "Packages", exact: true }).waitFor();
  return { inspector, view };
}

/** The texts of a column. @param {import("playwright-core").Locator} view @param {string} table @param {number} column */
async function column(view, table, column) {
  const rows = view.getByRole("table", { name: table, exact: true }).locator("tbody tr:not(.details)");
  return rows.evaluateAll(
    (rows, column) => rows.map((row) => (row.querySelectorAll("td")[column]?.textContent ?? "").trim()),
    column,
  );
}

test("the packages of a Debian root are listed with versions, sizes, layers and what was removed", async () => {
  const { inspector, view } = await packages(await stage.made("debian.tar", debian()));
  await view.getByText("Debian GNU/Linux 12 (bookworm)").waitFor();
  assert.deepEqual((await column(view, "Packages", 1)).sort(), ["<b>curl</b>", "apt", "libc6", "six"]);
  const names = await column(view, "Packages", 1);
  const versions = await column(view, "Packages", 3);
  const known = new Map(LATER.map(({ name, version }) => [name, version]));
  for (const [at, name] of names.entries()) assert.equal(versions[at], known.get(name) ?? "1.16.0");
  const sizes = await column(view, "Packages", 5);
  assert.deepEqual(Object.fromEntries(names.map((name, at) => [name, sizes[at]])), {
    "<b>curl</b>": "0 B",
    apt: "2.0 kB",
    libc6: "1.0 kB",
    six: "34.6 kB",
  });
  assert.deepEqual(await column(view, "Packages that were removed again", 0), ["gcc"]);
  assert.deepEqual(await column(view, "Packages that were removed again", 3), ["Layer 1"]);
  assert.deepEqual(await column(view, "Packages that were removed again", 4), ["Layer 2"]);
  assert.deepEqual(await column(view, "Packages by layer", 2), [
    "2 packages of layer 1",
    "2 packages of layer 2",
  ]);
  assert.equal(await inspector.page.locator("layerglass-packages b").count(), 0, "names are text");
  await inspector.close();
});

test("packages are sorted by their heads and narrowed down by text, kind and layer", async () => {
  const { inspector, view } = await packages(await stage.made("debian.tar", debian()));
  const table = view.getByRole("table", { name: "Packages", exact: true });
  const size = table.getByRole("columnheader", { name: "Size" });
  await size.getByRole("button").click();
  assert.equal(await size.getAttribute("aria-sort"), "descending");
  assert.deepEqual((await column(view, "Packages", 1)).slice(0, 3), ["six", "apt", "libc6"]);
  await size.getByRole("button").press("Enter");
  assert.equal(await size.getAttribute("aria-sort"), "ascending");
  assert.deepEqual((await column(view, "Packages", 1)).slice(-2), ["apt", "six"]);
  const found = view.getByRole("status").filter({ hasText: "package" });
  await view.getByRole("searchbox").fill("LIBC");
  await found.filter({ hasText: "1 package, 1.0 kB" }).waitFor();
  await view.getByRole("searchbox").fill("nothing such");
  await view.getByText("No package fits.").waitFor();
  await view.getByRole("searchbox").fill("");
  await view.getByLabel("Kind").selectOption("python");
  assert.deepEqual(await column(view, "Packages", 1), ["six"]);
  await view.getByLabel("Kind").selectOption("all");
  await view.getByRole("button", { name: "2 packages of layer 1" }).click();
  assert.deepEqual((await column(view, "Packages", 1)).sort(), ["apt", "libc6"]);
  await inspector.close();
});

test("the details of a package name its URL and its files, and lead to them", async () => {
  const { inspector, view } = await packages(await stage.made("debian.tar", debian()));
  const { page } = inspector;
  const opens = view.getByRole("button", { name: "Details of libc6" });
  await opens.press("Enter");
  assert.equal(await opens.getAttribute("aria-expanded"), "true");
  const details = view.locator("tr.details");
  await details.getByText(/^pkg:deb\/debian\/libc6@2\.36-9(\+|%2B)deb12u4/).waitFor();
  assert.match(await details.innerText(), /https:\/\/example\.org\/libc6/);
  assert.match(await details.innerText(), /1 path that it says is its own is not in the image/);
  await details.getByRole("button", { name: "/var/lib/dpkg/status" }).click();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
  await page.locator("layerglass-tree [aria-selected=true]", { hasText: "status" }).waitFor();
  await inspector.close();
});

test("packages of an Alpine root are listed, and saved as SPDX and CycloneDX with the text that Node makes", async () => {
  const installed = ["musl 1.2.4-r2 MIT", "busybox 1.36.1-r15 GPL-2.0-only"].map((each) => {
    const [name, version, license] = each.split(" ");
    return `C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\nP:${name}\nV:${version}\nA:x86_64\nS:100\nI:200\nT:made\nU:https://example.org\nL:${license}\no:${name}\nF:lib\nR:${name}.so\n`;
  });
  const layer = tar([
    { name: "etc/os-release", contents: "ID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME='Alpine Linux v3.18'\n" },
    { name: "lib/apk/db/installed", contents: `${installed.join("\n")}\n` },
    { name: "lib/musl.so", contents: "musl" },
    { name: "lib/busybox.so", contents: "busybox" },
  ]);
  const path = await stage.made("alpine.tar", dockerArchive([layer], { name: "made/alpine:3" }));
  const { inspector, view } = await packages(path);
  await view.getByText("Alpine Linux v3.18").waitFor();
  assert.deepEqual(await column(view, "Packages", 1), ["busybox", "musl"]);
  assert.deepEqual(await column(view, "Packages", 4), ["GPL-2.0-only", "MIT"]);
  const archive = await openArchive(path);
  await archive.scan();
  for (const [format, button, created] of /** @type {const} */ ([
    ["spdx", "Save as SPDX", (/** @type {any} */ made) => made.creationInfo.created],
    ["cyclonedx", "Save as CycloneDX", (/** @type {any} */ made) => made.metadata.timestamp],
  ])) {
    const saved = await downloaded(inspector, view.getByRole("button", { name: button }));
    assert.match(saved.name, format === "spdx" ? /\.spdx\.json$/ : /\.cdx\.json$/);
    const text = saved.bytes.toString();
    const made = JSON.parse(text);
    assert.equal(text, await packagesAs(archive, 0, format, { created: created(made) }));
    const names = (made.packages ?? made.components).map((/** @type {{ name: string }} */ each) => each.name);
    for (const name of ["musl", "busybox"]) assert.ok(names.includes(name), `${name} in ${names}`);
  }
  archive.close();
  await inspector.close();
});

test("the listed packages are copied as CSV, in which nothing runs", async () => {
  const made = [
    { name: "=1+1", version: "1" },
    { name: "b", version: "2,5" },
  ];
  const layer = tar([{ name: "var/lib/dpkg/status", contents: status(made) }]);
  const { inspector, view } = await packages(await stage.made("csv.tar", dockerArchive([layer])), {
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await view.getByRole("button", { name: "Copy as CSV" }).click();
  await view.getByRole("button", { name: "Copied" }).waitFor();
  const text = await inspector.page.evaluate(() => navigator.clipboard.readText());
  const lines = text.trim().split(/\r?\n/);
  assert.equal(lines[0], "kind,name,version,architecture,license,bytes,files,layer,purl");
  assert.equal(lines.length, 3);
  assert.ok(
    lines.some((line) => /^deb,"?'=1\+1"?,1,amd64,,0,/.test(line)),
    text,
  );
  assert.ok(
    lines.some((line) => line.startsWith('deb,b,"2,5",amd64')),
    text,
  );
  await inspector.close();
});

test("thousands of packages are shown by portions", async () => {
  const made = Array.from({ length: 3000 }, (_, at) => ({ name: `package-${at}`, version: `${at}` }));
  const layer = tar([{ name: "var/lib/dpkg/status", contents: status(made) }]);
  const { inspector, view } = await packages(await stage.made("many.tar", dockerArchive([layer])));
  await view.getByText("3,000 packages").waitFor();
  assert.equal((await column(view, "Packages", 1)).length, 100);
  await view.getByRole("button", { name: /Show more/ }).click();
  assert.equal((await column(view, "Packages", 1)).length, 600);
  // Numbers in names are sorted by their size.
  assert.deepEqual((await column(view, "Packages", 1)).slice(9, 12), [
    "package-9",
    "package-10",
    "package-11",
  ]);
  await inspector.close();
});

test("reading packages is cancelled, and begun again", async () => {
  const path = await stage.made("debian.tar", debian());
  const inspector = await opened(stage, path);
  const { page } = inspector;
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => {
    go = () => resolve(undefined);
  });
  await page.route(/inspect.*\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await inspector.tab("Packages");
  const view = page.locator("layerglass-packages");
  await view.getByRole("progressbar").waitFor();
  await view.getByRole("button", { name: "Cancel" }).click();
  await view.getByRole("heading", { name: "Cancelled" }).waitFor();
  go();
  await view.getByRole("button", { name: "Start again" }).click();
  await view.getByRole("table", { name: "Packages", exact: true }).waitFor();
  await inspector.close();
});

test("an image without packages says so", async () => {
  const path = await stage.made("none.tar", dockerArchive([tar([{ name: "a", contents: "a" }])]));
  const inspector = await opened(stage, path);
  await inspector.tab("Packages");
  await inspector.page.getByRole("heading", { name: "No packages" }).waitFor();
  assert.deepEqual(await violations(inspector.page), []);
  await inspector.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [360, 800, 1440]) {
    test(`packages are accessible and fit ${width} px, ${colorScheme}`, async () => {
      const path = await stage.made("debian.tar", debian());
      const { inspector, view } = await packages(path, { colorScheme, viewport: { width, height: 900 } });
      await view.getByRole("button", { name: "Details of apt" }).click();
      assert.ok((await inspector.overflow()) <= 0);
      assert.deepEqual(await violations(inspector.page), []);
      if (SCREENSHOTS)
        await inspector.page.screenshot({ path: `${SCREENSHOTS}/packages-${colorScheme}-${width}.png` });
      await inspector.close();
    });
  }
}
