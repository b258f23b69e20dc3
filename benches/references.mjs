/** Parsing and normalising names, a call a name, against the library that most use for it in JavaScript. */
import reference from "@swimlane/docker-reference";

import { Reference } from "../pkg/dist/index.node.js";
import { inTurn, named, row, runs } from "./common.mjs";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
/** What people write. Made anew for each round, so that nothing is remembered of a text. */
const NAMES = [
  "redis",
  "redis:7",
  "ubuntu:24.04",
  "library/alpine:3.20",
  "bitnami/postgresql:16.3.0-debian-12-r14",
  "docker.io/library/nginx:1.27-alpine",
  "ghcr.io/team/app:v1.2.3",
  "quay.io/podman/stable",
  "localhost:5000/x:y",
  "registry.k8s.io/kube-apiserver:v1.31.0",
  "mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled",
  `gcr.io/distroless/static-debian12@${DIGEST}`,
  `registry.example.com:8443/a/b_c/d--e/f.g:tag_1@${DIGEST}`,
];
const ROUNDS = 4_000;
const list = Array.from({ length: ROUNDS }, () => NAMES).flat();

/** Every name parsed and each part looked at; the sum of their lengths tells that both do the same. */
function ours() {
  let sum = 0;
  for (const name of list) {
    const ref = Reference.parse(name);
    sum += ref.domain.length + ref.path.length + (ref.tag?.length ?? 0) + (ref.digest?.length ?? 0);
  }
  return sum;
}

function theirs() {
  let sum = 0;
  for (const name of list) {
    const ref = reference.parseFamiliarName(name);
    sum += ref.domain.length + ref.repository.length + (ref.tag?.length ?? 0) + (ref.digest?.length ?? 0);
  }
  return sum;
}

function parseOnly() {
  for (const name of list) Reference.parse(name);
}

if (ours() !== theirs()) throw new Error("the two do not read the names alike");

const each = (seconds) => `${Math.round((seconds / list.length) * 1e9)} ns`;
const times = Math.max(runs, 7);
const [mine, peer, parsing] = await inTurn([ours, theirs, parseOnly], times);
row({
  what: `a reference parsed and read in Node ${process.versions.node}`,
  ours: each(mine),
  peer: named("@swimlane/docker-reference"),
  theirs: each(peer),
  ratio: peer / mine,
  least: 1,
});
row({ what: "the same, parsed only", ours: each(parsing) });

// Twice the text must take no more than about twice as long, whatever is wrong with it.
const SHAPES = ["a", "a/", "a.", "A", "a-", "a:b/", "é", "@a"];
for (const check of [(text) => Reference.isValid(text), refused]) {
  const lengths = [100_000, 1_000_000];
  const texts = lengths.map((length) => SHAPES.map((shape) => shape.repeat(length / shape.length)));
  const seconds = await inTurn(
    texts.map((some) => () => some.forEach(check)),
    times,
  );
  const [short, long] = seconds.map((all) => all / SHAPES.length);
  row({
    what: `an invalid name of 100,000 characters ${check === refused ? "with its error" : "asked about"}`,
    ours: `${(short * 1000).toFixed(2)} ms`,
    peer: "ten times as long",
    theirs: `${(long * 1000).toFixed(2)} ms`,
    ratio: long / short,
    most: 20,
  });
}

function refused(text) {
  try {
    Reference.parse(text);
  } catch {
    return;
  }
  throw new Error("an invalid name was taken");
}
