/** `layerglass convert`: what it writes, and that it leaves nothing behind. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openArchive } from "layerglass/archive";
import { cli, ended, start } from "./support/cli.js";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";

const QUIRKS = "quirks.docker28.tar";
const ID = FILES.find(([name]) => name === QUIRKS)[1].images[0].image_id;

let scratch;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "layerglass-convert-"));
});
after(() => rm(scratch, { recursive: true, force: true }));

/** An empty folder for one test. */
const folder = () => mkdtemp(join(scratch, "out-"));

async function idsOf(path) {
  const archive = await openArchive(path);
  const data = await archive.scan();
  archive.close();
  for (const image of data.images) for (const { check } of image.layers) assert.equal(check.state, "match");
  return { kind: data.kind, ids: data.images.map(({ id }) => id), layers: data.images[0].layers.length };
}

for (const [format, kind] of [
  ["docker", "docker-archive"],
  ["docker-oci", "docker-archive-oci"],
  ["oci", "oci-layout"],
  ["dir", "oci-layout"],
]) {
  test(`an image is written as ${format}, the same again`, async () => {
    const place = await folder();
    const [first, second] = [join(place, "first"), join(place, "second")];
    for (const out of [first, second]) {
      const { code, stderr, stdout } = await cli(["convert", pathOf(QUIRKS), out, "--format", format]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /1 image, \d+ layers/);
    }
    const found = await idsOf(first);
    assert.deepEqual([found.kind, found.ids], [kind, [ID]]);
    assert.deepEqual((await readdir(place)).sort(), ["first", "second"]);
    if (format === "dir") {
      const blobs = await readdir(join(first, "blobs", "sha256"));
      assert.ok(blobs.length > 0);
      for (const name of blobs) {
        const bytes = await readFile(join(first, "blobs", "sha256", name));
        assert.equal(createHash("sha256").update(bytes).digest("hex"), name);
      }
    } else {
      assert.deepEqual(await readFile(first), await readFile(second));
    }
  });
}

test("layers are compressed, made one and left out", async () => {
  const place = await folder();
  const packed = join(place, "packed.tar");
  const report = await cli([
    "convert",
    pathOf(QUIRKS),
    packed,
    "--compression",
    "zstd",
    "--level",
    "3",
    "--json",
  ]);
  assert.equal(report.code, 0, report.stderr);
  const written = JSON.parse(report.stdout);
  assert.equal(written.schema, "layerglass.convert/1");
  assert.equal(written.bytes, (await readFile(packed)).length);
  assert.equal(written.report.images[0].id, ID);
  assert.ok(written.bytes < (await readFile(pathOf(QUIRKS))).length);
  const squashed = join(place, "squashed.tar");
  const squash = await cli(["convert", pathOf(QUIRKS), squashed, "--squash", "all", "--name", "small:1"]);
  assert.equal(squash.code, 0, squash.stderr);
  assert.equal((await idsOf(squashed)).layers, 1);
  const listing = async (path) => (await cli(["files", path, "--null"])).stdout.split("\0").sort();
  assert.deepEqual(await listing(squashed), await listing(pathOf(QUIRKS)));
  const dropped = join(place, "dropped.tar");
  assert.equal((await cli(["convert", pathOf(QUIRKS), dropped, "--drop", "q/**"])).code, 0);
  assert.deepEqual(
    (await listing(dropped)).filter((path) => path.startsWith("q/")),
    [],
  );
  const wrong = await cli(["convert", pathOf(QUIRKS), join(place, "x"), "--squash", "3-99"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /not “3-99”/);
});

test("one platform of several is written", async () => {
  const out = join(await folder(), "arm.tar");
  const { code, stderr } = await cli(["convert", pathOf("multiarch.oci"), out, "--platform", "linux/arm64"]);
  assert.equal(code, 0, stderr);
  const archive = await openArchive(out);
  assert.deepEqual(
    archive.data.images
      .filter(({ presence }) => presence === "complete")
      .map(({ platform }) => platform.architecture),
    ["arm64"],
  );
  archive.close();
});

test("nothing is replaced without --force", async () => {
  const place = await folder();
  const out = join(place, "out.tar");
  await writeFile(out, "mine");
  const refused = await cli(["convert", pathOf(QUIRKS), out]);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /is there already; --force replaces it/);
  assert.equal(await readFile(out, "utf8"), "mine");
  assert.equal((await cli(["convert", pathOf(QUIRKS), out, "--force"])).code, 0);
  assert.deepEqual((await idsOf(out)).ids, [ID]);
  // A folder that is no layout stays even so; a layout makes way.
  const own = join(place, "own");
  await mkdir(own);
  await writeFile(join(own, "thesis.txt"), "years");
  const kept = await cli(["convert", pathOf(QUIRKS), own, "--format", "dir", "--force"]);
  assert.equal(kept.code, 4);
  assert.deepEqual(await readdir(own), ["thesis.txt"]);
  const layout = join(place, "layout");
  assert.equal((await cli(["convert", pathOf(QUIRKS), layout, "--format", "dir"])).code, 0);
  assert.equal((await cli(["convert", pathOf(QUIRKS), layout, "--format", "dir"])).code, 4);
  assert.equal((await cli(["convert", pathOf(QUIRKS), layout, "--format", "dir", "--force"])).code, 0);
  assert.deepEqual((await idsOf(layout)).ids, [ID]);
  assert.deepEqual((await readdir(place)).sort(), ["layout", "out.tar", "own"]);
});

test("what cannot be read to its end leaves no file", async () => {
  const place = await folder();
  const broken = join(place, "broken.tar");
  await writeFile(broken, await dockerArchive([tarOf({ a: "x" })], { wrongDiffId: 0 }));
  const { code, stderr } = await cli(["convert", broken, join(place, "out.tar")]);
  assert.equal(code, 3);
  assert.match(stderr, /^layerglass: /);
  const nowhere = await cli(["convert", pathOf(QUIRKS), join(place, "none", "out.tar")]);
  assert.equal(nowhere.code, 4);
  assert.deepEqual(await readdir(place), ["broken.tar"]);
});

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  test(`${signal} ends the work with code ${code} and leaves nothing`, async () => {
    const place = await folder();
    const input = join(place, "large.tar");
    const layers = Array.from({ length: 4 }, (_, at) => tarOf({ [`noise-${at}`]: randomBytes(24 << 20) }));
    await writeFile(input, await dockerArchive(layers));
    const child = start(
      ["convert", input, join(place, "out.tar"), "--compression", "zstd", "--level", "15"],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const errors = [];
    child.stderr.on("data", (piece) => errors.push(piece));
    const end = ended(child);
    // It is under way when its file is there under the other name.
    for (;;) {
      if ((await readdir(place)).some((name) => name.endsWith(".part"))) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill(signal);
    assert.equal(await end, code);
    assert.equal(Buffer.concat(errors).toString(), "");
    assert.deepEqual(await readdir(place), ["large.tar"]);
  });
}
