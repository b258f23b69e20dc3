/** `layerglass check`, `diff`, `report` and the commands of one part each, on real images and on images made to break rules. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cli } from "./support/cli.js";
import { FILES, pathOf } from "./support/folder.js";
import { dockerArchive, tarOf } from "./support/made-image.js";

const QUIRKS = "quirks.docker28.tar";

let scratch;
/** An image that keeps to all rules. */
let good;
/** One that breaks most of them. */
let bad;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "layerglass-check-"));
  const user = { config: { User: "1000:1000" } };
  good = await made("good.tar", [{ "etc/": "", "etc/motd": "hello" }], { config: user });
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ".repeat(8)}\n-----END OPENSSH PRIVATE KEY-----\n`;
  bad = await made(
    "bad.tar",
    [
      { "big.bin": "x".repeat(100_000), "root/.ssh/": "", "root/.ssh/id_ed25519": key },
      { ".wh.big.bin": "", "copy.bin": "y".repeat(50_000) },
    ],
    {
      config: {
        config: { Env: ["PATH=/bin"] },
        history: [
          { created_by: "COPY keys /root/.ssh # buildkit" },
          { created_by: "RUN /bin/sh -c rm big.bin # buildkit" },
        ],
      },
    },
  );
});
after(() => rm(scratch, { recursive: true, force: true }));

async function made(name, layers, options) {
  const path = join(scratch, name);
  await writeFile(path, await dockerArchive(layers.map(tarOf), options));
  return path;
}

/** What `check` says as JSON. */
async function check(path, ...args) {
  const { code, stdout, stderr } = await cli(["check", path, "--json", ...args]);
  assert.notEqual(stdout, "", stderr);
  const result = JSON.parse(stdout);
  assert.equal(result.schema, "layerglass.check/1");
  const rules = Object.fromEntries(
    result.groups.flatMap(({ rules }) => rules.map((rule) => [rule.rule, rule])),
  );
  return { code, ...result, rules };
}

test("an image that keeps to the rules gives code 0", async () => {
  const { code, ok, rules } = await check(
    good,
    ..."--max-waste 5% --max-size 1MB --max-unpacked 1MiB --max-layers 1 --no-secrets --no-root --no-setid".split(
      " ",
    ),
    ..."--no-world-writable --no-package-caches --no-git --no-expiring-certificates --digests --severity error".split(
      " ",
    ),
  );
  assert.deepEqual(
    Object.values(rules).filter(({ state }) => state !== "fine"),
    [],
  );
  assert.equal(Object.keys(rules).length, 13);
  assert.deepEqual([code, ok], [0, true]);
  const human = await cli(["check", good, "--max-layers", "1"]);
  assert.equal(human.code, 0);
  assert.match(human.stdout, /✓ max-layers {2}expected at most 1 layer, found 1 layer\n/);
  assert.match(human.stdout, /The rule holds\.\n$/);
});

test("each broken rule is said with what, where, expected and found", async () => {
  const { code, ok, broken, rules } = await check(
    bad,
    ..."--max-waste 5% --max-size 10kB --max-layers 1 --no-secrets --no-root --digests".split(" "),
  );
  assert.deepEqual([code, ok, broken], [1, false, 5]);
  assert.equal(rules.digests.state, "fine");
  const [waste] = rules["max-waste"].breaches;
  assert.deepEqual(
    [waste.path, waste.layer, waste.bytes, waste.command],
    ["big.bin", 0, 100_000, "RUN rm big.bin"],
  );
  assert.match(rules["max-waste"].found, /^6\d % \(100 kB of 1\d\d kB\)$/);
  assert.equal(rules["max-waste"].expected, "at most 5 %");
  const [secret] = rules["no-secrets"].breaches;
  assert.deepEqual([secret.path, secret.layer], ["root/.ssh/id_ed25519", 0]);
  assert.equal(rules["max-layers"].found, "2 layers");
  assert.equal(rules["no-root"].state, "broken");
  const human = await cli(["check", bad, "--max-waste", "5%", "--no-secrets"]);
  assert.equal(human.code, 1);
  for (const line of [
    /✗ max-waste {3}expected at most 5 %, found 6\d % /,
    /100 kB {2}big\.bin {2}layer 1\n +deleted by layer 2\n +by RUN rm big\.bin/,
    /root\/\.ssh\/id_ed25519 {2}layer 1/,
    /2 of 2 rules are broken\.\n$/,
  ])
    assert.match(human.stdout, line);
});

test("limits are exact: what is just at the limit holds", async () => {
  const { rules } = await check(bad, "--max-waste", "100kB", "--max-layers", "2");
  assert.equal(rules["max-waste"].state, "fine");
  assert.equal((await check(bad, "--max-waste", "99999")).rules["max-waste"].state, "broken");
  assert.equal((await check(bad, "--max-waste", "100%")).code, 0);
  const { images } = JSON.parse((await cli(["inspect", bad, "--json"])).stdout);
  const size = images[0].storedSize;
  assert.equal((await check(bad, "--max-size", String(size))).code, 0);
  assert.equal((await check(bad, "--max-size", String(size - 1))).code, 1);
});

test("without rules digests, secrets and errors count", async () => {
  const { code, rules } = await check(good);
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(rules).sort(), ["digests", "no-secrets", "severity"]);
  assert.equal((await check(bad)).code, 1);
});

test("findings are left out where they are named", async () => {
  assert.equal((await check(bad, "--no-secrets")).code, 1);
  assert.equal((await check(bad, "--no-secrets", "--ignore", "secrets:root/.ssh/*")).code, 0);
  assert.equal((await check(bad, "--no-secrets", "--ignore", "secret")).code, 0);
  assert.equal((await check(bad, "--no-secrets", "--ignore", "secrets:etc/**")).code, 1);
  assert.equal((await check(bad, "--no-root", "--ignore", "secrets")).code, 1);
});

test("rules come from a file, and the arguments go before it", async () => {
  const config = join(scratch, "rules.json");
  await writeFile(
    config,
    JSON.stringify({
      maxWaste: "5%",
      maxLayers: 1,
      no: ["secrets", "root"],
      digests: true,
      ignore: ["secrets:root/.ssh/**"],
    }),
  );
  const { code, rules } = await check(bad, "--config", config, "--max-layers", "7");
  assert.equal(code, 1);
  assert.deepEqual(Object.fromEntries(Object.entries(rules).map(([name, { state }]) => [name, state])), {
    "max-waste": "broken",
    "max-layers": "fine",
    "no-secrets": "fine",
    "no-root": "broken",
    digests: "fine",
  });
  for (const [text, says] of [
    ["{", /rules\.json: /],
    ["[]", /the rules are an object/],
    ['{"maxWast":"5%"}', /there is no rule “maxWast”/],
    ['{"maxWaste":"five"}', /maxWaste is a size/],
    ['{"maxWaste":"105%"}', /at most 100%/],
    ['{"no":["sleep"]}', /“no” is a list of secrets, root/],
    ['{"no":"secrets"}', /“no” is a list of texts/],
    ['{"digests":"yes"}', /“digests” is true or false/],
    ['{"severity":"awful"}', /“severity” is one of/],
    ['{"maxLayers":1.5}', /“maxLayers” is a whole number/],
    ['{"ignore":["frob:x"]}', /there is no rule “frob”/],
  ]) {
    await writeFile(config, text);
    const { code, stderr } = await cli(["check", good, "--config", config]);
    assert.equal(code, 2, text);
    assert.match(stderr, says);
  }
  assert.equal((await cli(["check", good, "--config", join(scratch, "none.json")])).code, 2);
  for (const args of [
    ["--max-waste", "much"],
    ["--max-size", "5 parsecs"],
    ["--max-size", "-5"],
    ["--severity", "awful"],
    ["--ignore", "everything"],
  ])
    assert.equal((await cli(["check", good, ...args])).code, 2, args.join(" "));
});

test("what cannot be told is not fine", async () => {
  // A layer whose bytes end early.
  const bytes = await readFile(good);
  const broken = join(scratch, "damaged.tar");
  const layer = tarOf({ "etc/": "", "etc/motd": "hello" });
  const at = bytes.indexOf(layer.subarray(0, 512));
  const damaged = Buffer.from(bytes);
  damaged.write("not a header", at + 512 + 140);
  await writeFile(broken, damaged);
  const { code, ok, rules } = await check(broken, "--no-secrets", "--digests");
  assert.equal(ok, false);
  assert.ok([1, 3].includes(code), String(code));
  assert.notEqual(rules.digests.state, "fine");
  assert.notEqual(rules["no-secrets"].state, "fine");
  const none = await cli(["check", pathOf("quirks.sif"), "--no-secrets"]);
  assert.equal(none.code, 3);
});

test("a digest that does not match is told, declared and computed", async () => {
  const path = join(scratch, "forged.tar");
  await writeFile(path, await dockerArchive([tarOf({ a: "1" })], { wrongDiffId: 0 }));
  const { code, rules } = await check(path, "--digests");
  assert.equal(code, 1);
  assert.match(rules.digests.breaches[0].what, /declared sha256:0{64}, computed sha256:[\da-f]{64}/);
});

test("all images of a file are checked, or one", async () => {
  const path = pathOf("multiarch.oci");
  const all = await check(path, "--max-layers", "0");
  assert.equal(all.groups.length, 2);
  assert.equal(all.broken, 2);
  const one = await check(path, "--max-layers", "0", "--platform", "linux/arm64");
  assert.deepEqual(
    one.groups.map(({ platform }) => platform),
    ["linux/arm64"],
  );
});

test("check reads standard input, and keeps to 80 columns", async () => {
  const input = await readFile(bad);
  const { code, stdout } = await cli(["check", "-", "--max-waste", "1%", "--no-secrets"], {
    input,
    env: { COLUMNS: "80" },
  });
  assert.equal(code, 1);
  for (const line of stdout.split("\n")) assert.ok([...line].length <= 80, line);
});

test("an image is no different from itself, whatever it is stored as", async () => {
  const converted = join(scratch, "converted.tar");
  assert.equal((await cli(["convert", pathOf(QUIRKS), converted, "--compression", "gzip"])).code, 0);
  const { code, stdout } = await cli(["diff", pathOf(QUIRKS), converted, "--exit-code"]);
  assert.equal(code, 0);
  assert.match(stdout, /Both are the same image\.\n$/);
});

test("images differ in config, history, files and sizes, and the exit code says so when asked", async () => {
  const before = await made("before.tar", [{ "etc/": "", "etc/a": "one", "etc/gone": "x", same: "same" }], {
    config: { config: { User: "1000", Env: ["A=1", "PASSWORD=old-secret"] } },
  });
  const after = await made("after.tar", [{ "etc/": "", "etc/a": "two!", "etc/new": "y", same: "same" }], {
    config: { config: { User: "2000", Env: ["A=2", "PASSWORD=new-secret"] } },
  });
  const { code, stdout, stderr } = await cli(["diff", before, after, "--json", "--files", "--exit-code"]);
  assert.equal(code, 1, stderr);
  const result = JSON.parse(stdout);
  assert.equal(result.schema, "layerglass.diff/1");
  assert.equal(result.different, true);
  const { added, removed, changed } = result.data.files;
  assert.deepEqual([added, removed, changed], [1, 1, 1]);
  assert.deepEqual(
    result.files.filter(({ kind }) => kind === "file").map(({ path, change }) => [path, change]),
    [
      ["etc/a", "modified"],
      ["etc/gone", "removed"],
      ["etc/new", "added"],
    ],
  );
  assert.ok(
    result.data.config.some(
      ({ member, before, after }) => member === "user" && before === "1000" && after === "2000",
    ),
  );
  assert.ok(!stdout.includes("old-secret") && !stdout.includes("new-secret"));
  const human = await cli(["diff", before, after, "--files"]);
  assert.equal(human.code, 0);
  for (const line of [
    /^M .* etc\/a {2}\(/m,
    /^D .* etc\/gone$/m,
    /^A .* etc\/new$/m,
    /Differences: .* in files/,
  ])
    assert.match(human.stdout, line);
  assert.doesNotMatch(human.stdout, / same$/m);
  // Two images of one file, and the other way round.
  const one = await cli([
    "diff",
    pathOf("multiarch.oci"),
    "--before-image",
    "1",
    "--after-image",
    "2",
    "--json",
  ]);
  assert.equal(one.code, 0, one.stderr);
  assert.notEqual(JSON.parse(one.stdout).before.title, JSON.parse(one.stdout).after.title);
  assert.equal((await cli(["diff", before])).code, 2);
  assert.equal((await cli(["diff", "-", "-"])).code, 2);
});

test("packages, waste, findings and verification come as tables, JSON and CSV", async () => {
  for (const [name, member] of [
    ["packages", "packages"],
    ["waste", "waste"],
    ["findings", "issues"],
  ]) {
    const { code, stdout } = await cli([name, bad, "--json"]);
    assert.equal(code, 0);
    const report = JSON.parse(stdout);
    assert.equal(report.schema, "layerglass.report/1");
    assert.ok(report.images[0][member]);
    assert.equal((await cli([name, bad])).code, 0);
  }
  const { verification } = JSON.parse((await cli(["verify", bad, "--json"])).stdout);
  assert.equal(verification.mismatching, 0);
  const csv = await cli(["waste", bad, "--csv"]);
  assert.match(csv.stdout, /^Image,Size,Kind,Path,Layer,Why\r\nmade:1,100000,removed,big\.bin,1,/);
  for (const [format, says] of [
    ["spdx", "SPDX-2.3"],
    ["cyclonedx", "CycloneDX"],
  ]) {
    const { code, stdout, stderr } = await cli(["packages", bad, "--sbom", format], {
      env: { SOURCE_DATE_EPOCH: "1700000000" },
    });
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(says));
    assert.ok(JSON.parse(stdout));
    assert.ok(stdout.includes("2023-11-14T22:13:20Z"));
  }
});

test("a report is written in each format, the same for the same time", async () => {
  const out = await mkdtemp(join(scratch, "reports-"));
  const env = { SOURCE_DATE_EPOCH: "1700000000" };
  for (const [ending, says] of [
    ["html", /^<!doctype html>/],
    ["md", /^# quirks:1$/m],
    ["json", /"schema": "layerglass\.report\/1"/],
    ["csv", /^layers\r$/m],
  ]) {
    const path = join(out, `report.${ending}`);
    const { code, stdout, stderr } = await cli(["report", pathOf(QUIRKS), "-o", path], { env });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "");
    const text = await readFile(path, "utf8");
    assert.match(text, says);
    const refused = await cli(["report", pathOf(QUIRKS), "-o", path], { env });
    assert.equal(refused.code, 4);
    const format = ending === "md" ? "markdown" : ending;
    assert.equal((await cli(["report", pathOf(QUIRKS), "--format", format], { env })).stdout, text);
  }
  assert.equal((await readdir(out)).length, 4);
  const table = await cli([
    "report",
    pathOf(QUIRKS),
    "--format",
    "csv",
    "--table",
    "history",
    "--parts",
    "waste",
  ]);
  assert.match(table.stdout, /^Image,Step,Created,Layer,Command,Comment\r\n/);
  const unknown = await cli(["report", pathOf(QUIRKS), "--format", "csv", "--table", "frob"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /it has facts, /);
  assert.equal((await cli(["report", pathOf(QUIRKS), "--parts", "frob"])).code, 2);
});

test("every image of the folder is checked to its end", async () => {
  for (const [name] of FILES.filter(([, entry]) => entry.images.length > 0)) {
    const { code, rules } = await check(
      pathOf(name),
      "--digests",
      "--max-waste",
      "100%",
      "--max-unpacked",
      "1TB",
    );
    assert.equal(code, 0, `${name}: ${JSON.stringify(rules)}`);
  }
});
