/** Every file of the folder of test images, in Node, against what other programs say of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openArchive } from "layerglass/archive";
import { checkArchive } from "./support/expectations.js";
import { FILES, pathOf, readTsv } from "./support/folder.js";
import { snapshot } from "./support/snapshot.js";

assert.ok(FILES.length > 0, "the folder of images is empty");

for (const [name, expected] of FILES) {
  test(name, async () => {
    const archive = await openArchive(pathOf(name), { contents: "sha256", workers: 2 });
    try {
      assert.deepEqual(await checkArchive(archive, name, expected, readTsv), []);
    } finally {
      archive.close();
    }
  });

  test(`${name}: one worker and four give the same`, async () => {
    const [one, four] = await Promise.all(
      [1, 4].map((workers) => snapshot(openArchive(pathOf(name), { workers }))),
    );
    assert.deepEqual(one, four);
  });
}
