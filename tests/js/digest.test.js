/** Digests, hashers, verifiers and short ids, as JavaScript sees them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Digest, Hasher, ShortIds, Verifier } from "layerglass";
import { failure, utf8 } from "./support/failure.js";

const BLAKE3 = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 31) >> 3);
const expected = (algorithm, data) => createHash(algorithm).update(data).digest("hex");

test("each reason for being no digest has its place", () => {
  for (const [text, code, offset] of [
    ["", "digest-format", 0],
    ["sha256:", "digest-format", 7],
    ["sha256:ab", "digest-length", 7],
    [`sha256:${"g".repeat(64)}`, "digest-format", 7],
    ["sha256:é", "digest-length", 7],
    ["éé:a", "digest-format", 0],
    [BLAKE3, "digest-unsupported", 0],
  ]) {
    const error = failure(() => Digest.parse(text));
    assert.deepEqual([error.code, error.offset, error.input], [code, offset, text]);
    assert.equal(Digest.isValid(text), false);
  }
  for (const value of [undefined, null, 7, {}]) {
    assert.equal(Digest.isValid(value), false);
    assert.equal(failure(() => Digest.parse(value)).kind, "invalid");
    assert.equal(failure(() => Digest.from(value)).kind, "invalid");
    assert.equal(Digest.of(bytes).equals(value), false);
  }
});

test("BLAKE3 is accepted where it is asked for", () => {
  const algorithms = ["sha256", "blake3"];
  assert.ok(Digest.isValid(BLAKE3, { algorithms }) && !Digest.isValid(BLAKE3));
  assert.equal(Digest.parse(BLAKE3, { algorithms }).algorithm, "blake3");
  assert.equal(Digest.of(new Uint8Array(), "blake3").toString(), BLAKE3);
  assert.equal(new Hasher("blake3").digest().toString(), BLAKE3);
  assert.equal(failure(() => new Hasher("blake3", { resumable: true }).save()).kind, "unsupported");
  assert.equal(failure(() => Digest.parse(`sha512:${"0".repeat(128)}`, { algorithms })).kind, "unsupported");
});

test("hashers of wasm and of the runtime agree, whatever the pieces", () => {
  for (const algorithm of ["sha256", "sha384", "sha512"]) {
    const hex = expected(algorithm, bytes);
    for (const resumable of [false, true]) {
      for (const size of [1_000, 65_536, bytes.length]) {
        const hasher = new Hasher(algorithm, { resumable });
        for (let at = 0; at < bytes.length; at += size) hasher.update(bytes.subarray(at, at + size));
        assert.equal(hasher.current().hex, hex);
        assert.equal(hasher.digest().hex, hex);
      }
    }
    assert.equal(Digest.of(bytes, algorithm).hex, hex);
    assert.equal(Digest.of(bytes.buffer, algorithm).hex, hex);
    assert.equal(Digest.of(bytes.subarray(0, 10), algorithm).hex, expected(algorithm, bytes.subarray(0, 10)));
  }
  const view = new DataView(bytes.buffer, 3, 5);
  assert.equal(new Hasher().update(view).digest().hex, expected("sha256", bytes.subarray(3, 8)));
  for (const value of ["text", null, [1], 7])
    assert.equal(failure(() => new Hasher().update(value)).kind, "invalid");
  assert.equal(failure(() => new Hasher("md5")).kind, "unsupported");
  assert.equal(failure(() => new Hasher(7)).kind, "invalid");
});

test("a hasher goes on from what it saved", () => {
  for (const algorithm of ["sha256", "sha384", "sha512"]) {
    for (const at of [0, 1, 64, 127, 128, 50_000]) {
      const state = new Hasher(algorithm, { resumable: true }).update(bytes.subarray(0, at)).save();
      const resumed = Hasher.resume(state);
      assert.equal(resumed.algorithm, algorithm);
      assert.deepEqual(resumed.save(), state);
      assert.equal(resumed.update(bytes.subarray(at)).digest().hex, expected(algorithm, bytes));
    }
  }
  assert.equal(failure(() => new Hasher().save()).code, "hasher-not-resumable");
  for (const state of [new Uint8Array(), new Uint8Array(100), utf8("state")])
    assert.equal(failure(() => Hasher.resume(state)).kind, "invalid");
  assert.equal(failure(() => Hasher.resume("state")).kind, "invalid");
  const freed = new Hasher("sha256", { resumable: true });
  freed.free();
  for (const work of [() => freed.save(), () => freed.current()]) assert.equal(failure(work).kind, "aborted");
});

test("a verifier tells what was written to it", async () => {
  const digest = Digest.of(bytes);
  const verifier = new Verifier(digest);
  assert.equal(verifier.update(bytes.subarray(0, 10)).verified, false);
  assert.equal(verifier.update(bytes.subarray(10)).verified, true);
  assert.ok(verifier.digest().equals(digest));
  assert.equal(failure(() => verifier.verified).kind, "aborted");
  const stream = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
  await stream().pipeTo(new Verifier(digest.toString()).writable());
  const wrong = Digest.of(utf8("other"));
  await assert.rejects(stream().pipeTo(new Verifier(wrong).writable()), (error) => {
    assert.deepEqual([error.kind, error.code], ["corrupt", "digest-mismatch"]);
    assert.deepEqual([error.expected, error.found], [wrong.toString(), digest.toString()]);
    return true;
  });
  assert.equal(failure(() => new Verifier("sha256:x")).kind, "invalid");
  assert.equal(failure(() => new Verifier(null)).kind, "invalid");
});

test("short ids stand for one digest, or list what they could mean", () => {
  const [a, b, c] = [`aaa0${"0".repeat(60)}`, `aaa1${"0".repeat(60)}`, "b".repeat(128)];
  const ids = new ShortIds([`sha256:${a}`, `sha512:${c}`]);
  assert.equal(ids.add(`sha256:${b}`), true);
  assert.equal(ids.add(Digest.parse(`sha256:${b}`)), false);
  assert.equal(ids.size, 3);
  assert.equal(ids.lookup("aaa1"), `sha256:${b}`);
  assert.equal(ids.lookup("sha512:b"), `sha512:${c}`);
  const error = failure(() => ids.lookup("aaa"));
  assert.deepEqual([error.kind, error.candidates], ["ambiguous", [`sha256:${a}`, `sha256:${b}`]]);
  assert.equal(failure(() => ids.lookup("f")).kind, "not_found");
  assert.equal(failure(() => ids.lookup("")).kind, "invalid");
  assert.equal(failure(() => ids.lookup(7)).kind, "invalid");
  assert.deepEqual(
    ids.shortCodes(2),
    new Map([
      [`sha256:${a}`, "aaa0"],
      [`sha256:${b}`, "aaa1"],
      [`sha512:${c}`, "bb"],
    ]),
  );
  assert.equal(failure(() => ids.shortCodes(-1)).kind, "invalid");
  assert.deepEqual([...ids], [`sha256:${a}`, `sha256:${b}`, `sha512:${c}`]);
  assert.ok(ids.has(`sha256:${a}`) && !ids.has("sha256:"));
  assert.ok(ids.remove(`sha256:${a}`) && !ids.remove(`sha256:${a}`));
  assert.equal(ids.lookup("aaa"), `sha256:${b}`);
  assert.equal(failure(() => new ShortIds(["sha256:x"])).kind, "invalid");
  ids.free();
  for (const work of [() => ids.size, () => ids.lookup("a"), () => ids.add(`sha256:${a}`), () => [...ids]])
    assert.equal(failure(work).kind, "aborted");
});
