/**
 * One pass over a gzip layer: SHA-256 of the stored bytes, inflating, SHA-256 of the tar, its entries. Ours also checks the CRC,
 * as pako does and fflate does not, hashes every file with XXH3 and builds the file table.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Gunzip } from "fflate";
import { createSHA256 } from "hash-wasm";
import { Inflate } from "pako";
import tarStream from "tar-stream";

import { inTurn, named, row, speed } from "./common.mjs";
import { archive, openImage } from "./wasm.mjs";

const image = openImage("image-2-gzip-layers.tar");
const stored = image.layer(0);
const CHUNK = 256 << 10;
const chunks = [];
for (let at = 0; at < stored.length; at += CHUNK) chunks.push(stored.subarray(at, at + CHUNK));

/** Counts the entries of a tar and passes over their contents. */
function tarReader() {
  const extract = tarStream.extract();
  let entries = 0;
  extract.on("entry", (_, contents, next) => {
    entries++;
    contents.on("end", next);
    contents.resume();
  });
  const done = new Promise((resolve, reject) => {
    extract.on("finish", () => resolve(entries));
    extract.on("error", reject);
  });
  return {
    write: (bytes) => extract.write(bytes) || new Promise((resolve) => extract.once("drain", resolve)),
    end: () => (extract.end(), done),
  };
}

async function ours() {
  const scanner = new archive.LayerScanner({});
  for (const chunk of chunks) scanner.push(chunk);
  const scan = scanner.finish();
  scanner.free();
  return scan;
}

async function fflateNoble() {
  const outer = sha256.create();
  const inner = sha256.create();
  const tar = tarReader();
  let pieces = [];
  let bytes = 0;
  const gunzip = new Gunzip((piece) => pieces.push(piece));
  for (const [at, chunk] of chunks.entries()) {
    outer.update(chunk);
    gunzip.push(chunk, at === chunks.length - 1);
    for (const piece of pieces) {
      inner.update(piece);
      bytes += piece.length;
      await tar.write(piece);
    }
    pieces = [];
  }
  const hex = (hash) => `sha256:${bytesToHex(hash.digest())}`;
  return { digest: hex(outer), diffId: hex(inner), entries: await tar.end(), bytes };
}

async function pakoHashWasm() {
  const [outer, inner] = await Promise.all([createSHA256(), createSHA256()]);
  const tar = tarReader();
  let pieces = [];
  let bytes = 0;
  const inflate = new Inflate({ chunkSize: 64 << 10 });
  inflate.onData = (piece) => pieces.push(piece);
  for (const [at, chunk] of chunks.entries()) {
    outer.update(chunk);
    inflate.push(chunk, at === chunks.length - 1);
    if (inflate.err) throw new Error(inflate.msg);
    for (const piece of pieces) {
      inner.update(piece);
      bytes += piece.length;
      await tar.write(piece);
    }
    pieces = [];
  }
  const hex = (hash) => `sha256:${hash.digest("hex")}`;
  return { digest: hex(outer), diffId: hex(inner), entries: await tar.end(), bytes };
}

const candidates = [ours, fflateNoble, pakoHashWasm];
const report = image.report(0, await ours());
const { digest, diffId, entries, tarSize } = report;
const results = [{ digest, diffId, entries, bytes: tarSize }];
for (const candidate of candidates.slice(1)) results.push(await candidate());
const [expected, ...others] = results.map((result) => JSON.stringify(result));
for (const other of others) if (other !== expected) throw new Error(`${other}, not ${expected}`);

const [we, one, other] = await inTurn(candidates);
const what = "scan of a gzip layer, wasm in Node, one thread";
row({
  what,
  ours: speed(tarSize, we),
  peer: `${named("fflate")} (no CRC) + ${named("@noble/hashes")} + ${named("tar-stream")}`,
  theirs: speed(tarSize, one),
  ratio: one / we,
  least: 2.7,
});
row({
  what,
  ours: speed(tarSize, we),
  peer: `${named("pako")} + ${named("hash-wasm")} + ${named("tar-stream")}`,
  theirs: speed(tarSize, other),
  ratio: other / we,
  least: 1.8,
});
