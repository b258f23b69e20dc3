import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

/** The parts of the page that need no browser, compiled as the page's build does it. @type {import("vite").ViteDevServer} */
let vite;
before(async () => {
  vite = await createServer({
    root: fileURLToPath(new URL("../../www", import.meta.url)),
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
});
after(() => vite.close());

test("commands of both builders are read", async () => {
  const { instruction } = await vite.ssrLoadModule("../pkg/src/elements/format/command.ts");
  const cases = [
    ['/bin/sh -c #(nop)  CMD ["sh"]', "CMD", '["sh"]'],
    ["/bin/sh -c #(nop) ADD file:1f4e in / ", "ADD", "file:1f4e in /"],
    ["/bin/sh -c make install", "RUN", "make install"],
    ["RUN /bin/sh -c make # buildkit", "RUN", "make"],
    ["RUN |2 A=b C=d /bin/sh -c make # buildkit", "RUN", "make"],
    ["|1 A=b /bin/sh -c make", "RUN", "make"],
    ["/bin/bash -o pipefail -c make", "RUN", "make"],
    ["COPY . /app # buildkit", "COPY", ". /app"],
    ["ENV A=b # c", "ENV", "A=b # c"],
    ["bazel build ...", "", "bazel build ..."],
    ["COPYRIGHT", "", "COPYRIGHT"],
    ["", "", ""],
  ];
  for (const [recorded, keyword, text] of cases)
    assert.deepEqual(instruction(recorded), { keyword, text }, recorded);
});

test("reading a command takes no longer than its length asks for", async () => {
  const { instruction } = await vite.ssrLoadModule("../pkg/src/elements/format/command.ts");
  const start = performance.now();
  for (const hostile of [
    "|1 ".repeat(50_000),
    `/bin/sh ${"-a ".repeat(50_000)}`,
    `RUN ${" ".repeat(200_000)}x`,
  ])
    instruction(hostile);
  assert.ok(performance.now() - start < 2000);
});

test("sizes are short and exact", async () => {
  const { humanSize, exactSize, addSizes, count } = await vite.ssrLoadModule(
    "../pkg/src/elements/format/size.ts",
  );
  for (const [size, text] of [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [99_940, "99.9 kB"],
    [99_960, "100 kB"],
    [999_949, "1.0 MB"],
    [907_000_000, "907 MB"],
    [2n ** 63n, "9.2 EB"],
  ]) {
    assert.equal(humanSize(size), text);
  }
  assert.equal(exactSize(2n ** 63n), "9,223,372,036,854,775,808 bytes");
  assert.equal(exactSize(1), "1 byte");
  assert.equal(addSizes([Number.MAX_SAFE_INTEGER, 2]), 9_007_199_254_740_993n);
  assert.equal(count(1, "entry", "entries"), "1 entry");
});

test("times and durations are read, and what is none is left as it is", async () => {
  const { shortTime, shortSeconds, exactSeconds, duration } = await vite.ssrLoadModule(
    "../pkg/src/elements/format/time.ts",
  );
  assert.equal(shortTime("2024-05-22T20:14:44+02:00"), "2024-05-22 18:14");
  assert.equal(shortTime("not a time"), "not a time");
  assert.equal(shortSeconds(-1), "1969-12-31 23:59");
  assert.equal(shortSeconds(1e18), "1000000000000000000 s");
  assert.equal(exactSeconds(1.5), "1970-01-01T00:00:01.500Z (1.5 s)");
  for (const [nanoseconds, text] of [
    [0, "0 ns"],
    [5e9, "5 s"],
    [90e9, "1 min 30 s"],
    [1_500, "1 µs 500 ns"],
    [-1, "-1 ns"],
    [2n ** 62n, "1281023 h 53 min 38 s 427 ms 387 µs 904 ns"],
  ]) {
    assert.equal(duration(nanoseconds), text);
  }
});

test("what cannot be seen is named, and nothing else is touched", async () => {
  const { runs, plain } = await vite.ssrLoadModule("../pkg/src/elements/format/text.ts");
  assert.deepEqual(runs("añ日🎉"), [{ text: "añ日🎉" }]);
  assert.deepEqual(runs("a\u202eb"), [
    { text: "a" },
    { sign: "202E", name: "U+202E RIGHT-TO-LEFT OVERRIDE" },
    { text: "b" },
  ]);
  assert.deepEqual(runs("\u001b"), [{ sign: "ESC", name: "U+001B, a control character" }]);
  assert.deepEqual(
    runs("\ud800").map(({ sign }) => sign),
    ["D800"],
  );
  assert.deepEqual(
    runs("\u{e0041}").map(({ sign }) => sign),
    ["E0041"],
  );
  assert.equal(plain("a\u0000b"), "a⟨U+0000⟩b");
  assert.equal(plain("x".repeat(10), 4), "xxxx…");
});

test("ids are cut in the middle, modes are written as people know them", async () => {
  const { shortDigest, modeText, hexBytes, platformName } = await vite.ssrLoadModule(
    "../pkg/src/elements/format/id.ts",
  );
  assert.equal(shortDigest(`sha256:${"0123456789abcdef".repeat(4)}`), "sha256:0123456789ab…cdef");
  assert.equal(shortDigest("sha256:short"), "sha256:short");
  assert.equal(modeText(0o7777), "rwsrwsrwt");
  assert.equal(modeText(0o6644), "rwSr-Sr--");
  assert.equal(hexBytes(new Uint8Array([0, 255])), "00 ff");
  assert.equal(platformName({ os: "linux", architecture: "arm64", variant: "v8" }), "linux/arm64/v8");
});

test("a list of any length is scrolled from its first row to its last", async () => {
  const { Viewport } = await vite.ssrLoadModule("../pkg/src/elements/tree/scroll.ts");
  for (const rows of [0, 1, 20, 1000, 200_000, 5_000_000]) {
    const view = new Viewport(rows, 30, 600);
    const bottom = Math.max(0, view.contentHeight - 600);
    assert.ok(view.contentHeight <= 8_000_000);
    assert.deepEqual(view.range(0, 10)[0], 0);
    assert.equal(view.range(bottom, 10)[1], rows);
    const [from, to] = view.range(bottom / 2, 10);
    assert.ok(to - from <= 42);
    if (rows === 0) continue;
    const top = view.reveal(rows - 1, 0);
    assert.ok(view.top(rows - 1, top) + 30 <= top + 600.5, `${rows}`);
    assert.ok(view.top(rows - 1, top) >= top - 0.5, `${rows}`);
    assert.equal(view.reveal(0, top), 0);
  }
});
