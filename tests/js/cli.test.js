/** The command `layerglass`: what it reads, shows and lists, and how it ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { BIN, cli, ended, start } from "./support/cli.js";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";
import { allRows } from "./support/tree-lines.js";

const QUIRKS = "quirks.docker28.tar";
const COMMANDS = [
  "inspect",
  "files",
  "diff",
  "check",
  "packages",
  "waste",
  "findings",
  "verify",
  "report",
  "convert",
];

let scratch;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "layerglass-cli-"));
});
after(() => rm(scratch, { recursive: true, force: true }));

/** Writes an image of some layers, each with these files. */
async function made(name, layers, options) {
  const path = join(scratch, name);
  await writeFile(path, await dockerArchive(layers.map(tarOf), options));
  return path;
}

test("help and version", async () => {
  const overview = await cli(["--help"]);
  assert.equal(overview.code, 0);
  for (const name of COMMANDS) {
    assert.match(overview.stdout, new RegExp(`^  ${name} `, "m"));
    const help = await cli([name, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`Usage: layerglass ${name} (FILE|BEFORE)`));
    assert.match(help.stdout, /--help/);
    assert.equal(help.stderr, "");
    assert.equal((await cli(["help", name])).stdout, help.stdout);
  }
  const { version } = JSON.parse(
    await readFile(new URL("../package.json", import.meta.resolve("layerglass")), "utf8"),
  );
  assert.equal((await cli(["--version"])).stdout, `${version}\n`);
});

for (const [what, args, says] of [
  ["no command", [], /Usage:/],
  ["an unknown command", ["frobnicate"], /there is no command “frobnicate”/],
  ["a name that objects have", ["constructor"], /there is no command “constructor”/],
  ["an unknown option", ["inspect", "--frob", "x.tar"], /--frob/],
  ["no file", ["inspect"], /inspect takes FILE/],
  ["two files", ["inspect", "a", "b"], /nothing after that/],
  ["a number that is none", ["files", "x.tar", "--layer", "top"], /--layer takes a whole number/],
  ["a word that is none", ["files", "x.tar", "--sort", "colour"], /--sort is one of name, size, mtime/],
  ["a bad expression", ["files", "x.tar", "--regex", "("], /--regex: /],
  ["a level without a compression", ["convert", "a", "b", "--level", "3"], /--level goes with/],
]) {
  test(`${what} is refused with code 2`, async () => {
    const { code, stdout, stderr } = await cli(args);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, says);
  });
}

test("what is not there or no image is told with code 3", async () => {
  const missing = await cli(["inspect", join(scratch, "missing.tar")]);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /there is no file or folder of this name \(in .*missing\.tar\)/);
  const path = join(scratch, "noise.bin");
  await writeFile(path, "this is no image at all\n".repeat(100));
  const noise = await cli(["inspect", path]);
  assert.equal(noise.code, 3);
  assert.match(noise.stderr, /^layerglass: /);
});

for (const [name, entry] of FILES.filter(([, entry]) => entry.images.length > 0)) {
  test(`inspect tells the ids, names and layers of ${name}`, async () => {
    const { code, stdout, stderr } = await cli(["inspect", pathOf(name), "--json", "--scan"]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.schema, "layerglass.report/1");
    for (const image of entry.images.flatMap((each) => Object.values(each.platforms ?? [each]))) {
      const found = report.images.find(({ id }) => id === image.image_id);
      assert.ok(found, `${image.image_id} is missing`);
      assert.deepEqual(
        found.layers.map(({ diffId, tarSize, state }) => [diffId, tarSize, state]),
        image.layers.map(({ diff_id, tar_bytes }) => [diff_id, tar_bytes, "scanned"]),
      );
    }
  });
}

test("inspect writes the exact bytes of the config and the manifest", async () => {
  const archive = await openArchive(pathOf(QUIRKS));
  try {
    for (const [what, bytes] of [
      ["config", await archive.rawConfig(0)],
      ["manifest", await archive.rawManifest(0)],
    ])
      assert.deepEqual(new Uint8Array((await cli(["inspect", pathOf(QUIRKS), "--raw", what])).bytes), bytes);
  } finally {
    archive.close();
  }
});

test("an image is chosen by number, name, id and platform", async () => {
  const path = pathOf("multiarch.oci");
  const all = JSON.parse((await cli(["inspect", path, "--json"])).stdout).images;
  assert.ok(all.length > 1);
  for (const [at, { id, platform }] of all.entries()) {
    for (const args of [
      ["--image", String(at + 1)],
      ["--image", id],
      ["--image", id.slice("sha256:".length, "sha256:".length + 12)],
      ["--platform", platform],
    ]) {
      const { stdout, stderr } = await cli(["inspect", path, "--json", ...args]);
      assert.deepEqual(
        JSON.parse(stdout || `"${stderr}"`).images.map((image) => image.id),
        [id],
      );
    }
  }
  const named = JSON.parse((await cli(["inspect", pathOf(QUIRKS), "--json", "-i", "quirks:1"])).stdout);
  assert.equal(named.images[0].names[0], "quirks:1");
  const unknown = await cli(["inspect", path, "--image", "nobody:1"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no image “nobody:1”; it has 1: /);
  const platform = await cli(["files", path, "--platform", "plan9/mips"]);
  assert.equal(platform.code, 2);
  assert.match(platform.stderr, /no image is for plan9\/mips; the file has linux\//);
});

test("files lists what the tree has: plain, long, as JSON and for xargs", async () => {
  const archive = await openArchive(pathOf(QUIRKS));
  await archive.scan();
  const tree = await archive.tree(0);
  const rows = await allRows(tree);
  archive.close();
  const { stdout, code } = await cli(["files", pathOf(QUIRKS), "--json"]);
  assert.equal(code, 0);
  const { schema, files, totals } = JSON.parse(stdout);
  assert.equal(schema, "layerglass.files/1");
  assert.equal(totals.entries, rows.length);
  assert.deepEqual(
    files.map(({ path, size, mode, layer, xxh3 }) => [path, size, mode, layer, xxh3]),
    rows.map(({ path, size, mode, layer, xxh3 }) => [path, size, mode, layer, xxh3]),
  );
  const paths = rows.map(({ path }) => path);
  const bare = await cli(["files", pathOf(QUIRKS), "--null"]);
  assert.deepEqual(bare.stdout.split("\0").slice(0, -1), paths);
  assert.equal((await cli(["files", pathOf(QUIRKS)])).stdout.trimEnd().split("\n").length, paths.length);
  const long = await cli(["files", pathOf(QUIRKS), "--long", "--sort", "size"]);
  assert.match(long.stdout, /^[-dlcbp][rwxsStT-]{9} {2}\S+:\S+ .*\d{4}-\d\d-\d\d \d\d:\d\d {2}\S/m);
  const sizes = JSON.parse((await cli(["files", pathOf(QUIRKS), "--json", "--sort", "size"])).stdout).files;
  assert.deepEqual(
    sizes.map(({ totalSize }) => totalSize),
    sizes.map(({ totalSize }) => totalSize).sort((a, b) => b - a),
  );
});

test("files are those of one layer, and what it changed", async () => {
  const path = await made("layers.tar", [
    { "etc/": "", "etc/a": "one", "etc/b": "bee" },
    { "etc/a": "two!", "etc/.wh.b": "", "etc/c": "sea" },
  ]);
  const of = async (...args) => (await cli(["files", path, ...args])).stdout.trim().split("\n");
  assert.deepEqual(await of("--layer", "1"), ["etc/", "etc/a", "etc/b"]);
  assert.deepEqual(await of(), ["etc/", "etc/a", "etc/c"]);
  assert.deepEqual((await of("--changes")).filter((line) => !line.endsWith("/")).sort(), [
    "A etc/c",
    "D etc/b",
    "M etc/a",
  ]);
  const beyond = await cli(["files", path, "--layer", "3"]);
  assert.equal(beyond.code, 2);
  assert.match(beyond.stderr, /the image has 2 layers/);
});

test("files are filtered by text, globs and expressions", async () => {
  const path = await made("filters.tar", [
    {
      "app/": "",
      "app/main.py": "1",
      "app/main.pyc": "2",
      "app/lib/": "",
      "app/lib/deep.pyc": "3",
      "etc/": "",
      "etc/Passwd": "4",
    },
  ]);
  const of = async (...args) => (await cli(["files", path, ...args])).stdout.split("\n").filter(Boolean);
  assert.deepEqual(await of("--glob", "*.pyc"), ["app/lib/deep.pyc", "app/main.pyc"]);
  assert.deepEqual(await of("--glob", "app/*.pyc"), ["app/main.pyc"]);
  assert.deepEqual(await of("--glob", "app/**/*.pyc"), ["app/lib/deep.pyc", "app/main.pyc"]);
  assert.deepEqual(await of("--glob", "**/deep.pyc"), ["app/lib/deep.pyc"]);
  assert.deepEqual(await of("--glob", "/etc/**"), ["etc/", "etc/Passwd"]);
  assert.deepEqual(await of("--glob", "main.p[xy]?"), ["app/main.pyc"]);
  assert.deepEqual(await of("--glob", "main.py", "--glob", "Pass*"), ["app/main.py", "etc/Passwd"]);
  assert.deepEqual(await of("--filter", "passWD"), ["etc/Passwd"]);
  assert.deepEqual(await of("--regex", "^app/.*\\.py$"), ["app/main.py"]);
  assert.deepEqual(await of("--regex", "py", "--filter", "lib"), ["app/lib/deep.pyc"]);
  assert.deepEqual(await of("--glob", "nothing"), []);
});

test("a pattern of many stars ends soon on a long name", async () => {
  const path = await made("stars.tar", [{ [`${"a".repeat(90)}b`]: "1" }]);
  const { code, stdout } = await cli(["files", path, "--glob", `${"*a".repeat(40)}c`], {});
  assert.deepEqual([code, stdout], [0, ""]);
});

test("standard input is read as a stream, and again where it must be", async () => {
  const input = await readFile(pathOf(QUIRKS));
  const fromFile = JSON.parse((await cli(["inspect", pathOf(QUIRKS), "--json", "--scan"])).stdout);
  const fromInput = JSON.parse((await cli(["inspect", "-", "--json"], { input })).stdout);
  assert.deepEqual(fromInput.images[0].id, fromFile.images[0].id);
  assert.deepEqual(fromInput.images[0].layers, fromFile.images[0].layers);
  const folder = await mkdtemp(join(scratch, "tmp-"));
  const converted = await cli(["convert", "-", "-", "--format", "docker"], {
    input,
    env: { TMPDIR: folder },
  });
  assert.equal(converted.code, 0, converted.stderr);
  const again = await openArchive(converted.bytes);
  assert.equal(again.data.images[0].id, fromFile.images[0].id);
  again.close();
  assert.deepEqual(await readdir(folder), []);
});

test("hostile names and texts reach the terminal as text only", async () => {
  const hostile = "a\u001b]0;pwned\u0007\u001b[31m\u202egnp.exe\u009b2J";
  const path = await made("hostile.tar", [{ [hostile]: "x", "line\nbreak": "y" }]);
  for (const args of [["files"], ["files", "--long"], ["inspect"]]) {
    const { code, stdout, stderr } = await cli([args[0], path, ...args.slice(1)], {
      env: { COLUMNS: "200" },
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual((stdout + stderr).match(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu), null);
  }
  const listing = (await cli(["files", path])).stdout;
  assert.ok(listing.includes("⟨U+001B⟩]0;pwned⟨U+0007⟩"), listing);
  assert.ok(listing.includes("line⟨U+000A⟩break"), listing);
  const bare = (await cli(["files", path, "--null"])).stdout.split("\0");
  assert.ok(bare.includes(hostile) && bare.includes("line\nbreak"));
  // What it is told is shown so as well.
  const missing = await cli(["inspect", "no\u001b[31mfile"]);
  assert.ok(missing.stderr.includes("no⟨U+001B⟩[31mfile"), missing.stderr);
});

test("tables keep to the width of the terminal", async () => {
  for (const columns of [80, 72]) {
    for (const name of [QUIRKS, "quirks.oci", "multiarch.oci", "many-layers.docker20.tar.gz"]) {
      for (const args of [
        ["inspect", pathOf(name)],
        ["files", pathOf(name), "--long"],
      ]) {
        const { stdout } = await cli(args, { env: { COLUMNS: String(columns) } });
        // Wide characters count twice on the terminal, and once here.
        for (const line of stdout.split("\n"))
          assert.ok([...line].length <= columns, `${name} ${args[0]}: ${[...line].length} columns: ${line}`);
      }
    }
  }
  const human = await cli(["inspect", pathOf("quirks.oci")]);
  // Without a terminal nothing is cut.
  const [{ image_id: id }] = FILES.find(([name]) => name === "quirks.oci")[1].images;
  assert.ok(human.stdout.includes(id), human.stdout);
  const wide = await cli(["inspect", pathOf(QUIRKS), "--wide"], { env: { COLUMNS: "60" } });
  assert.ok(wide.stdout.split("\n").some((line) => line.length > 80));
});

test("colours are for terminals, or where they are asked for", async () => {
  const colored = async (env) => (await cli(["inspect", pathOf(QUIRKS)], { env })).stdout.includes("\u001b[");
  assert.equal(await colored({}), false);
  assert.equal(await colored({ FORCE_COLOR: "1" }), true);
  assert.equal(await colored({ FORCE_COLOR: "0" }), false);
  assert.equal(await colored({ NO_COLOR: "1" }), false);
});

test("200,000 files are listed, and a reader that goes away ends it quietly", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 200_000 }, (_, at) => [
      `some/folder-${at % 100}/file-${String(at).padStart(6, "0")}`,
      "",
    ]),
  );
  const path = await made("many.tar", [files]);
  const all = await cli(["files", path, "--kind", "file", "--null"]);
  assert.equal(all.code, 0, all.stderr);
  assert.deepEqual(all.stdout.split("\0").slice(0, -1).sort(), Object.keys(files).sort());
  const child = start(["files", path, "--long"]);
  const errors = [];
  child.stderr.on("data", (piece) => errors.push(piece));
  child.stdout.once("data", () => child.stdout.destroy());
  assert.equal(await ended(child), 141);
  assert.equal(Buffer.concat(errors).toString(), "");
});

for (const args of [
  ["inspect", "-"],
  ["check", "-"],
]) {
  test(`Ctrl-C ends ${args.join(" ")} while it waits for its input, and nothing is left`, async () => {
    const folder = await mkdtemp(join(scratch, "tmp-"));
    const child = start(args, { env: { TMPDIR: folder } });
    const errors = [];
    child.stderr.on("data", (piece) => errors.push(piece));
    child.stdin.on("error", () => {});
    // More than a pipe holds, so that it is known to be read.
    const image = await dockerArchive([tarOf({ noise: randomBytes(16 << 20) })]);
    await new Promise((written) => child.stdin.write(image.subarray(0, 8 << 20), written));
    child.kill("SIGINT");
    assert.equal(await ended(child), 130);
    assert.equal(Buffer.concat(errors).toString(), "");
    assert.deepEqual(await readdir(folder), []);
  });
}

test("on a terminal there are colours, its width counts, and progress is shown and taken away", async (t) => {
  const script = "/usr/bin/script";
  if (!existsSync(script)) {
    t.skip("SKIPPED: there is no `script` that makes a terminal (Debian: bsdutils)");
    return;
  }
  const layer = tarOf({ noise: randomBytes(96 << 20) });
  const path = join(scratch, "large.tar");
  await writeFile(path, await dockerArchive([layer, tarOf({ "a\u001b[2Jb": "x" })]));
  const command = `stty cols 72 && '${process.execPath}' '${BIN}' inspect '${path}' --scan --workers 1`;
  const child = spawn(script, ["-qec", command, "/dev/null"], {
    env: { PATH: process.env.PATH, TERM: "xterm" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = [];
  child.stdout.on("data", (piece) => out.push(piece));
  assert.equal(await ended(child), 0);
  const text = Buffer.concat(out).toString().replaceAll("\u001b", "␛");
  assert.match(text, /\r␛\[2KScanning \d+ % of [\d.]+ MB/u);
  // The last thing that is said of progress is that it goes.
  assert.match(text.slice(text.lastIndexOf("Scanning")), /\r␛\[2K␛\[1mFile/u);
  const table = text.slice(text.lastIndexOf("␛[2K")).replace(/␛\[\d*[mK]/gu, "");
  for (const line of table.split("\r\n")) assert.ok([...line].length <= 72, line);
  assert.ok(table.includes("…"));
});

test("JSON holds no character that a terminal would obey", async () => {
  const path = await made("json.tar", [{ "a\u009b2J\u202eb\u200b": "x" }]);
  for (const args of [["files"], ["inspect", "--scan"], ["report", "--format", "json"]]) {
    const { stdout, code } = await cli(
      [args[0], path, "--json", ...args.slice(1)].filter((each) => args[0] !== "report" || each !== "--json"),
    );
    assert.equal(code, 0);
    assert.equal(stdout.match(/(?!\n)[\p{Cc}\u200b-\u200f\u202a-\u202e]/gu), null);
  }
  const { files } = JSON.parse((await cli(["files", path, "--json"])).stdout);
  assert.equal(files[0].path, "a\u009b2J\u202eb\u200b");
});
