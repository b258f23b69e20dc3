/**
 * Vectors made by running other implementations, through the package. The folder comes from the environment variable
 * `LAYERGLASS_VECTORS`; without it nothing is checked here. The counts are those of the Rust run (`cargo test --test
 * conformance`), which reads further files as well.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { configs, mobyImageJson, mobyImageJsonV29 } from "./conformance/config.js";
import { chains, digests, mobyChainid, mobyDigestset } from "./conformance/digest.js";
import { drifted } from "./conformance/exclusions.js";
import { dockerReference, dockerReferenceMore, fuzz, references } from "./conformance/reference.js";
import { line, Report } from "./conformance/report.js";

const FILES = {
  "reference.json": references,
  "reference-fuzz.jsonl": fuzz,
  "digest.json": digests,
  "chainid.json": chains,
  "config.json": configs,
  "seeds/docker-reference.json": dockerReference,
  "seeds/docker-reference-more.json": dockerReferenceMore,
  "seeds/moby-chainid.json": mobyChainid,
  "seeds/moby-digestset.json": mobyDigestset,
  "seeds/moby-image-json.json": mobyImageJson,
  "seeds/moby-image-json-v29-differences.json": mobyImageJsonV29,
};

test("the vectors of other implementations", async () => {
  const folder = process.env.LAYERGLASS_VECTORS;
  if (!folder) {
    console.error("LAYERGLASS_VECTORS is not set: NO VECTORS OF OTHER IMPLEMENTATIONS WERE CHECKED");
    return;
  }
  const reports = [];
  for (const [name, check] of Object.entries(FILES)) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const report = new Report(name);
    report.each([text], () => check(text, report));
    if (report.checked + report.excluded === 0) report.failures.push(`${name} holds no vectors`);
    reports.push(report);
  }
  assert.ok(reports.length > 0, `${folder} holds no file of vectors that is known`);
  const total = (count) => reports.reduce((sum, report) => sum + count(report), 0);
  console.log(
    [
      line("vectors", "checked", "failed", "excluded"),
      ...reports,
      line(
        "all",
        total(({ checked }) => checked),
        total(({ failures }) => failures.length),
        total(({ excluded }) => excluded),
      ),
    ].join("\n"),
  );
  const failures = reports.flatMap((report) => report.failures);
  assert.equal(failures.length, 0, `${failures.length} vectors fail:\n${failures.slice(0, 50).join("\n")}`);
});

test("what is left out is left out for the reasons of the Rust run", async () => {
  assert.deepEqual(await drifted(), []);
});
