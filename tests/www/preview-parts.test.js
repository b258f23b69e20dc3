import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

/** The parts of previews that need no browser, as they are built. @param {string} name */
const part = (name) => import(new URL(`../../pkg/dist/elements/preview/${name}.js`, import.meta.url).href);

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

test("what a file is is told from its contents", async () => {
  const { fileKind } = await part("kind");
  const latin = (/** @type {string} */ text) => Uint8Array.from(Buffer.from(text, "latin1"));
  for (const [contents, kind] of [
    ["", "empty"],
    ["words\n", "text"],
    ["caf\xe9", "text"],
    ['{"a": 1}', "json"],
    ["[1, 2]", "json"],
    ["[section]\nname = 1", "text"],
    ["{{ template }}", "text"],
    ["\x7fELF", "elf"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["GIF89a", "image/gif"],
    ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
    ['<?xml version="1.0"?><!-- a --><!DOCTYPE svg><svg xmlns="x">', "image/svg+xml"],
    ["<!doctype html><p><svg></svg>", "text"],
    ["<!-- without end <svg>", "text"],
    ["notes\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "certificate"],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\n", "text"],
    ["\x1f\x8b\x08\0", "compressed with gzip"],
    ["BZh is how this text begins", "text"],
    ["MZ\0\0", "a program for Windows"],
    ["\0\0\0\0zeros", "no text, of a kind that is not known here"],
  ]) {
    const found = fileKind(latin(contents ?? ""), true);
    assert.equal(found.type ?? found.words ?? found.kind, kind, JSON.stringify(contents));
  }
});

test("texts of each encoding are read, and a character that is cut in two is left out", async () => {
  const { decodeText } = await part("decode");
  assert.deepEqual(decodeText(bytes("größe"), true), { text: "größe", encoding: "UTF-8" });
  assert.equal(decodeText(bytes("größe").subarray(0, 3), false)?.text, "gr");
  assert.match(decodeText(bytes("größe").subarray(0, 3), true)?.encoding ?? "", /Latin-1/);
  assert.equal(decodeText(Uint8Array.of(0xff, 0xfe, 0x41, 0, 0xac, 0x20), true)?.text, "A€");
  assert.equal(decodeText(Uint8Array.of(0xfe, 0xff, 0, 0x41), true)?.text, "A");
  assert.equal(decodeText(Uint8Array.of(0x41, 0, 0x42), true), undefined);
  assert.equal(
    decodeText(
      Uint8Array.from({ length: 256 }, (_, byte) => byte || 1),
      true,
    ),
    undefined,
  );
});

test("lines end with line feeds, and long ones are cut between characters", async () => {
  const { textRows } = await part("lines");
  const rows = (/** @type {string} */ text, /** @type {number[]} */ ...limits) => textRows(text, ...limits);
  assert.deepEqual(
    rows("a\r\nb\n").rows.map((/** @type {{ text: string }} */ { text }) => text),
    ["a", "b"],
  );
  assert.equal(rows("a\r\nb\n").ends, "mixed");
  assert.equal(rows("a\r\n").ends, "CRLF");
  assert.equal(rows("").rows.length, 1);
  assert.deepEqual(
    rows("abcdefg\nh", 10, 3).rows.map((/** @type {any} */ { line, text, from }) => [line, text, from]),
    [
      [1, "abc", 0],
      [1, "def", 3],
      [1, "g", 6],
      [2, "h", 0],
    ],
  );
  // One character of two halves is not cut.
  assert.deepEqual(
    rows("ab😀c", 10, 3).rows.map((/** @type {{ text: string }} */ { text }) => text),
    ["ab", "😀c"],
  );
  assert.equal(rows("\n".repeat(100), 10).isCut, true);
  assert.equal(rows("\n".repeat(100), 10).rows.length, 10);
});

test("JSON is written out as it stands in the document, and what is none is refused", async () => {
  const { jsonLines } = await part("json-lines");
  for (const text of [
    '{"a":[1,-2.5e+3,{"b":null}],"c":{},"d":[],"e":"\\u00e9\\n\\"","f":true}',
    "[]",
    '"text"',
    " 0 ",
    '[[[["deep"]]]]',
  ]) {
    const lines = jsonLines(text, 128, 1000);
    const written = lines.map(
      (/** @type {any} */ { key, text, comma }) =>
        `${key === undefined ? "" : `${key}:`}${text}${comma ? "," : ""}`,
    );
    assert.deepEqual(JSON.parse(written.join("\n")), JSON.parse(text));
    for (const [row, line] of lines.entries())
      if (line.end !== undefined)
        assert.equal(lines[line.end].depth, line.depth, `row ${row} closes at its depth`);
  }
  for (const text of [
    "",
    "{",
    "[1,]",
    '{"a"}',
    '{"a":1,}',
    "01",
    "[1 2]",
    '"\n"',
    '"\\x"',
    "nul",
    "[1]]",
    "{'a':1}",
    '"open',
    "// c\n1",
  ]) {
    assert.throws(() => JSON.parse(text), text);
    assert.equal(jsonLines(text, 128, 1000).fault, "invalid", text);
  }
  assert.equal(jsonLines("[".repeat(200), 128, 1000).fault, "limit");
  assert.equal(jsonLines(`[${"1,".repeat(2000)}1]`, 128, 1000).fault, "limit");
  // Long strings and long blanks take no stack and no more than their length in time.
  const start = performance.now();
  assert.equal(jsonLines(`{"a":"${"x".repeat(4_000_000)}"}`, 128, 1000).length, 3);
  assert.equal(jsonLines(`[${" ".repeat(4_000_000)}`, 128, 1000).fault, "invalid");
  assert.ok(performance.now() - start < 3000);
});

test("programs are read as readelf reads them", async () => {
  const { readElf } = await part("elf");
  for (const path of ["/bin/ls", "/bin/sh", process.execPath]) {
    const elf = readElf(readFileSync(path), true);
    const known = execFileSync("readelf", ["-W", "-h", "-l", "-d", "-n", path], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const all = (/** @type {RegExp} */ pattern) => [...known.matchAll(pattern)].map(([, value]) => value);
    assert.equal(elf.bits, Number(all(/Class:\s+ELF(\d+)/g)[0]), path);
    assert.deepEqual(elf.needed, all(/\(NEEDED\).*\[(.*)\]/g), path);
    assert.equal(elf.interpreter, all(/interpreter: (.*)\]/g)[0], path);
    assert.equal(elf.buildId, all(/Build ID: (\w+)/g)[0], path);
    assert.deepEqual(elf.faults, []);
  }
});

test("damaged programs are read as far as they go", async () => {
  const { readElf } = await part("elf");
  const whole = readFileSync("/bin/ls");
  assert.equal(readElf(bytes("no program"), true), undefined);
  assert.equal(readElf(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 9, 9), true), undefined);
  for (let length = 4; length < whole.length; length = Math.ceil(length * 1.3)) {
    const elf = readElf(whole.subarray(0, length), false);
    if (elf) assert.ok(elf.faults.length > 0, `${length} bytes`);
  }
  // Each byte of the headers turned over: whatever comes out, it comes out soon.
  const start = performance.now();
  for (let at = 4; at < 1024; at += 1) {
    const broken = Uint8Array.from(whole);
    broken[at] = ~(broken[at] ?? 0);
    readElf(broken, true);
  }
  const hostile = Uint8Array.from(whole);
  new DataView(hostile.buffer).setUint16(60, 0xffff, true);
  new DataView(hostile.buffer).setUint16(56, 0xffff, true);
  readElf(hostile, true);
  assert.ok(performance.now() - start < 10_000);
});

test("certificates say what openssl and Node read in them", async (t) => {
  const { readCertificates } = await part("x509");
  const folder = mkdtempSync(join(tmpdir(), "layerglass-x509-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const made = [
    ["rsa:2048", "RSA, 2048 bits"],
    ["ed25519", "Ed25519"],
    ["ec", "EC, P-384"],
  ];
  for (const [kind, key] of made) {
    const options = kind === "ec" ? ["-pkeyopt", "ec_paramgen_curve:P-384"] : [];
    const pem = execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        kind ?? "",
        ...options,
        "-nodes",
        "-days",
        "30000",
        "-keyout",
        join(folder, "key"),
        "-subj",
        "/C=DE/O=Größe, \u202E/CN=one.example",
        "-utf8",
        "-addext",
        "subjectAltName=DNS:one.example,DNS:*.two.example,IP:10.1.2.3,IP:2001:db8::1,email:a@b.example",
        "-addext",
        "extendedKeyUsage=serverAuth,clientAuth",
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    const known = new X509Certificate(pem);
    for (const contents of [bytes(`words before\n${pem}`), Uint8Array.from(known.raw)]) {
      const { certificates } = readCertificates(contents);
      assert.equal(certificates.length, 1);
      const [certificate] = certificates;
      assert.equal(certificate.key, key);
      assert.equal(certificate.subject, "C=DE, O=Größe, \u202E, CN=one.example");
      assert.equal(certificate.issuer, certificate.subject);
      assert.equal(certificate.notBefore, Date.parse(known.validFrom));
      assert.equal(
        certificate.notAfter,
        Date.parse(known.validTo),
        "beyond 2049 times are written otherwise",
      );
      assert.equal(
        certificate.serial.replaceAll(":", "").replace(/^0+/, ""),
        known.serialNumber.toLowerCase().replace(/^0+/, ""),
      );
      assert.deepEqual(certificate.names, [
        "one.example",
        "*.two.example",
        "IP 10.1.2.3",
        "IP 2001:db8:0:0:0:0:0:1",
        "mail a@b.example",
      ]);
      assert.equal(certificate.isAuthority, known.ca);
      assert.deepEqual(certificate.purposes, ["servers", "clients"]);
      assert.deepEqual(Buffer.from(certificate.bytes), known.raw);
    }
  }
});

test("damaged certificates are said to be, and no byte of one leads astray", async () => {
  const { readCertificates } = await part("x509");
  const pem = execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ed25519",
      "-nodes",
      "-keyout",
      "/dev/null",
      "-subj",
      "/CN=a",
      "-addext",
      "subjectAltName=DNS:a",
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const { raw } = new X509Certificate(pem);
  for (let length = 1; length < raw.length; length += 1)
    assert.ok(
      "fault" in readCertificates(Uint8Array.from(raw.subarray(0, length))).certificates[0],
      `${length} bytes`,
    );
  for (let at = 1; at < raw.length; at += 1)
    for (const value of [0, 0x80, 0x84, 0xff]) {
      const broken = Uint8Array.from(raw);
      broken[at] = value;
      assert.equal(readCertificates(broken).certificates.length, 1);
    }
  const many = readCertificates(
    bytes("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".repeat(2000)),
  );
  assert.deepEqual([many.certificates.length, many.isCut], [1000, true]);
  const start = performance.now();
  readCertificates(bytes("-----BEGIN CERTIFICATE-----\n".repeat(100_000)));
  assert.ok(performance.now() - start < 2000, "blocks without an end are not searched again and again");
});

test("sizes of pictures are those in their headers", async () => {
  const { pictureSize } = await part("picture-size");
  const at = (/** @type {number[]} */ ...values) => Uint8Array.from(values);
  const png = new Uint8Array(24);
  new DataView(png.buffer).setUint32(16, 70_000);
  new DataView(png.buffer).setUint32(20, 5);
  assert.deepEqual(pictureSize(png, "image/png"), [70_000, 5]);
  assert.deepEqual(pictureSize(at(71, 73, 70, 56, 57, 97, 1, 2, 3, 4), "image/gif"), [513, 1027]);
  const jpeg = at(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xff, 0xc2, 0, 11, 8, 0, 40, 0, 60, 1, 1);
  assert.deepEqual(pictureSize(jpeg, "image/jpeg"), [60, 40]);
  assert.equal(pictureSize(jpeg.subarray(0, 12), "image/jpeg"), undefined);
  assert.equal(pictureSize(at(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0), "image/jpeg"), undefined);
  assert.equal(pictureSize(at(1, 2), "image/png"), undefined);
  assert.deepEqual(
    pictureSize(
      Uint8Array.from(Buffer.from("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3b\0\0\x27\0\0", "latin1")),
      "image/webp",
    ),
    [60, 40],
  );
});

test("lines are compared so that one side becomes the other", async (t) => {
  const { compareLines } = await part("diff-lines");
  const { coarse, difference, diffRows, hexDifference } = await part("diff-model");
  const folder = mkdtempSync(join(tmpdir(), "layerglass-diff-"));
  t.after(() => rmSync(folder, { recursive: true }));
  let seed = 1;
  const random = (/** @type {number} */ below) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 100; round += 1) {
    const before = Array.from({ length: random(30) }, () => `line ${random(8)}`);
    const after = before.flatMap(
      (line) => [[line], [], [`line ${random(8)} x`], [line, "new"], [line]][random(5)] ?? [],
    );
    const whole = compareLines({ do: "diff", before, after, time: 1000, wordCharacters: 100 });
    for (const compared of [whole, coarse(before, after)]) {
      let [left, right] = [0, 0];
      for (const change of compared.changes) {
        assert.deepEqual([change.before[0], change.after[0]], [left, right], "nothing is left out");
        [left, right] = [change.before[1], change.after[1]];
        if (change.isSame) assert.deepEqual(before.slice(...change.before), after.slice(...change.after));
      }
      assert.deepEqual([left, right], [before.length, after.length]);
    }
    // As few lines change as git's shortest comparison changes.
    const model = difference(before, after, whole);
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    writeFileSync(one, before.map((line) => `${line}\n`).join(""));
    writeFileSync(two, after.map((line) => `${line}\n`).join(""));
    let known = "";
    try {
      execFileSync("diff", ["-d", one, two], { encoding: "utf8" });
    } catch (error) {
      known = /** @type {{ stdout: string }} */ (error).stdout;
    }
    assert.equal(model.removed + model.added, known.split("\n").filter((line) => /^[<>]/.test(line)).length);
    for (const isSplit of [true, false]) {
      const rows = diffRows(model, isSplit, new Set());
      const lines = (/** @type {"before" | "after"} */ side) =>
        rows.flatMap((/** @type {any} */ row) =>
          row.kind === "changed" && row[side] ? [row[side].line] : [],
        );
      assert.equal(lines("before").length, model.removed);
      assert.equal(lines("after").length, model.added);
    }
  }
  const hex = hexDifference(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 9, 3, 4));
  assert.deepEqual(hex.compared.changes, [
    {
      isSame: false,
      before: [0, 1],
      after: [0, 1],
      words: [
        [
          [3, 5],
          [3, 5, 9, 11],
        ],
      ],
    },
  ]);
});

test("a comparison that would take too long ends in time", async () => {
  const { compareLines } = await part("diff-lines");
  const lines = (/** @type {number} */ salt) =>
    Array.from({ length: 50_000 }, (_, at) => `${(at * salt) % 49_999}`);
  const start = performance.now();
  const compared = compareLines({
    do: "diff",
    before: lines(3),
    after: lines(7),
    time: 1000,
    wordCharacters: 100,
  });
  assert.ok(performance.now() - start < 10_000);
  assert.equal(compared.isCoarse, true);
});

test("a text has colours where they belong, and loses no letter to them", async () => {
  const { highlight } = await part("highlight");
  const { COLOURS } = await part("colours");
  const text = "def main():  # note\r\n\treturn 'x' * 12\n";
  const runs = highlight({ do: "highlight", language: "python", text, most: 1000 });
  const named = [];
  for (let at = 0; at < runs.length; at += 3)
    named.push([text.slice(runs[at], runs[at + 1]), COLOURS[runs[at + 2]]]);
  assert.ok(named.some(([word, colour]) => word === "def" && colour === "keyword"));
  assert.ok(named.some(([word, colour]) => word?.startsWith("# note") && colour === "comment"));
  assert.ok(named.some(([word, colour]) => word === "'x'" && colour === "string"));
  assert.equal(highlight({ do: "highlight", language: "no such", text, most: 1000 }), undefined);
  assert.equal(
    highlight({ do: "highlight", language: "python", text: "1 ".repeat(5000), most: 1000 }),
    undefined,
  );
});

test("languages are told from names and first lines", async () => {
  const { languageOf } = await part("language");
  for (const [path, text, language] of [
    ["a/b.PY", "", "python"],
    ["etc/Dockerfile", "", "dockerfile"],
    ["etc/nginx/nginx.conf", "", "nginx"],
    ["usr/bin/tool", "#!/usr/bin/env python3\n", "python"],
    ["usr/bin/tool", "#!/bin/dash -e\n", "bash"],
    ["usr/bin/tool", "no line of that kind", undefined],
    ["constructor", "", undefined],
    ["a.__proto__", "", undefined],
  ])
    assert.equal(languageOf(path, text), language, `${path} ${text}`);
});

test("places of a word are found in capitals too, and no pattern is one", async () => {
  const { Finder } = await part("find");
  const { textRows } = await part("lines");
  const { rows } = textRows("one ONE (one)\n.* a+b\nİstanbul\n");
  const places = (/** @type {string} */ word) =>
    new Finder(rows, word).places.map((/** @type {any} */ place) => [place.row, place.from, place.to]);
  assert.deepEqual(places("one"), [
    [0, 0, 3],
    [0, 4, 7],
    [0, 9, 12],
  ]);
  assert.deepEqual(places(".*"), [[1, 0, 2]]);
  assert.deepEqual(places("a+b"), [[1, 3, 6]]);
  assert.deepEqual(places("stan"), [[2, 1, 5]]);
  assert.deepEqual(places("\\"), []);
  assert.equal(new Finder(textRows("a".repeat(100)).rows, "a", 10).isCut, true);
});
