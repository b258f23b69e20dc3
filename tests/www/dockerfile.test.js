import assert from "node:assert/strict";
import { test } from "node:test";
import { instructionLines } from "../../pkg/dist/elements/format/arguments.js";
import { prettyJson } from "../../pkg/dist/elements/format/json.js";
import { commandLine, running } from "../../pkg/dist/elements/format/running.js";
import { shellLines } from "../../pkg/dist/elements/format/shell-lines.js";
import { dockerfile, dockerfileText } from "../../pkg/dist/elements/model/dockerfile.js";
import { imageSizes } from "../../pkg/dist/elements/model/sizes.js";
import { steps } from "../../pkg/dist/elements/model/steps.js";
import { expected } from "./support/images.js";

const { openArchive } = await import("layerglass/archive");

/** The reading of one image of a file. @param {string} path @param {number} [index] */
async function reading(path, index = 0) {
  const archive = await openArchive(path);
  const image = archive.data.images[index];
  assert.ok(image);
  const text = dockerfileText(dockerfile(image, steps(image, archive.data)));
  archive.close();
  return { text, image };
}

/** The reading of steps that were recorded so. @param {(string | { createdBy?: string, comment?: string, made?: boolean })[]} recorded */
function read(recorded) {
  const history = recorded.map((step) => (typeof step === "string" ? { createdBy: step } : step));
  const lines = history.map((step, position) => ({ history: step, ...("made" in step && { position }) }));
  const image = /** @type {any} */ ({ annotations: {} });
  return dockerfileText(dockerfile(image, /** @type {any} */ (lines)))
    .split("\n")
    .slice(0, -1);
}

/** A real image by the beginning of its file's name. @param {string} name */
function real(name) {
  const found = expected().find((each) => each.name.startsWith(name));
  assert.ok(found, `${name} is among the real images`);
  return found.path;
}

test("the history of a BuildKit image reads as the Dockerfile that made it", async () => {
  const { text } = await reading(real("quirks.docker20.tar.gz"));
  assert.deepEqual(text.split("\n"), [
    "FROM scratch",
    "# GNU tar, pax",
    "# No command is recorded.",
    "ENV PATH=/bin:/usr/bin \\",
    '    A="b c"',
    "RUN /t/bin/sh -c BB=/c/busybox exec /t/bin/sh /c/quirks.sh b /",
    'LABEL org.example.label="é \\"quoted\\"" \\',
    "    maintainer=nobody",
    "RUN /t/bin/sh -c BB=/c/busybox exec /t/bin/sh /c/quirks.sh c /",
    "RUN /t/bin/sh -c :",
    "WORKDIR /",
    "COPY quirks.sh /same",
    "COPY quirks.sh /same",
    "VOLUME /data",
    "EXPOSE 53/udp 80/tcp",
    "USER 12345:54321",
    'HEALTHCHECK --interval=5s CMD ["/none"]',
    "STOPSIGNAL SIGUSR1",
    'ENTRYPOINT ["/bin/sh", "-c"]',
    'CMD ["id"]',
    "",
  ]);
});

test("the newer BuildKit's own forms come to the same text", async () => {
  const [older, newer] = [
    await reading(real("quirks.docker20.tar.gz")),
    await reading(real("quirks.docker28-containerd.tar")),
  ];
  assert.equal(newer.text, older.text);
});

test("the classic builder's steps are read, and podman's tell what they were built on", async () => {
  const { text } = await reading(real("shared.docker20.tar"), 1);
  assert.match(text, /^LABEL x=b$/m);
  assert.match(text, /^COPY file:fc2a9093bf4c… \/b$/m);
  const podman = await reading(real("quirks.podman.tar"));
  assert.match(podman.text, /^# Up to here it is localhost\/pq:a\.\n# \/bin\/sh$/m);
});

test("every step of every real image is in its reading, with its layer", async () => {
  let images = 0;
  for (const entry of expected().filter((each) => each.images.length > 0)) {
    const archive = await openArchive(entry.path);
    for (const image of archive.data.images) {
      const lines = steps(image, archive.data);
      const made = dockerfile(image, lines);
      assert.equal(made.length, lines.length === 0 ? 0 : lines.length + 1, entry.name);
      const layers = made.flatMap(({ layer }) => (layer === undefined ? [] : [layer]));
      assert.deepEqual(layers, [...image.layers.keys()], entry.name);
      images += 1;
    }
    archive.close();
  }
  assert.ok(images > 10, `${images} images were read`);
});

test("build arguments, shells and chains are told apart", () => {
  assert.deepEqual(read(["RUN |2 A=b c D=e /bin/sh -c make && make install # buildkit"]).slice(1), [
    "# Build argument A=b c",
    "# Build argument D=e",
    "RUN make \\",
    "    && make install",
  ]);
  assert.deepEqual(read(["|1 A=b /bin/sh -c make"]).slice(1), ["# Build argument A=b", "RUN make"]);
  assert.deepEqual(
    read([
      "SHELL [/bin/bash -o pipefail -c]",
      "RUN /bin/bash -o pipefail -c a | b # buildkit",
      '/bin/bash -o pipefail -c #(nop)  CMD ["a" "b"]',
    ]).slice(1),
    ['SHELL ["/bin/bash", "-o", "pipefail", "-c"]', "RUN a | b", 'CMD ["a", "b"]'],
  );
  // Nobody said that this is the shell: it stays.
  assert.deepEqual(read(["RUN /bin/bash -c a # buildkit"]).slice(1), ["RUN /bin/bash -c a"]);
  assert.deepEqual(read(["bazel build ..."]).slice(1), ["# bazel build ..."]);
});

test("heredocs keep their lines, and their word occurs in none of them", () => {
  assert.deepEqual(read(["RUN /bin/sh -c set -e\necho 1\n # buildkit"]).slice(1), [
    "RUN <<EOF",
    "set -e",
    "echo 1",
    "EOF",
  ]);
  assert.deepEqual(read(["RUN /bin/sh -c a\nEOF\nb # buildkit"]).slice(1), [
    "RUN <<EOF2",
    "a",
    "EOF",
    "b",
    "EOF2",
  ]);
  assert.deepEqual(read(["RUN /bin/sh -c cat <<X > /a\nb\nX # buildkit"]).slice(1), [
    "RUN cat <<X > /a",
    "b",
    "X",
  ]);
});

test("no recorded text adds an instruction of its own", () => {
  const lines = read([
    { comment: "a\nRUN evil" },
    "ENV A=b\nRUN evil",
    "LABEL a=\u001b[31m\u202eb",
    "umoci\nRUN evil",
    "RUN /bin/sh -c cat <<X\nX\nRUN evil",
  ]);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("RUN")),
    ["RUN <<EOF", "RUN evil"],
  );
  assert.deepEqual(lines.slice(-5), ["RUN <<EOF", "cat <<X", "X", "RUN evil", "EOF"]);
  assert.ok(lines.includes("# a⟨U+000A⟩RUN evil"));
  assert.ok(lines.some((line) => line.includes("⟨U+001B⟩[31m⟨U+202E⟩b")));
});

test("lines are broken where the shell does not mind", () => {
  for (const [command, lines] of /** @type {const} */ ([
    ["a && b", ["a", "&& b"]],
    ["a && (b && c) && d", ["a", "&& (b && c)", "&& d"]],
    ["echo 'x && y' && z", ["echo 'x && y'", "&& z"]],
    ['echo "$(a && "b  c")" && z', ['echo "$(a && "b  c")"', "&& z"]],
    ["echo it\\'s && z", ["echo it\\'s", "&& z"]],
    ["set -eux; \tapt-get update;     apt-get clean", ["set -eux;", "apt-get update;", "apt-get clean"]],
    ["a; b; c", ["a; b; c"]],
    ["echo 'never && closed", ["echo 'never && closed"]],
    ['echo "never && closed', ['echo "never && closed']],
    ["", [""]],
  ]))
    assert.deepEqual(shellLines(command), lines, command);
  const start = performance.now();
  for (const sign of ["(", '"', "`", "$(", "' ", "&& ", "\t", "\\"])
    shellLines(sign.repeat(60_000 / sign.length));
  assert.ok(performance.now() - start < 2000);
});

test("arguments are read in every recorded form, and what is none of them stays", () => {
  for (const [keyword, text, line] of [
    ["CMD", '["a" "b\\"c"]', '["a", "b\\"c"]'],
    ["CMD", '["a", "b"]', '["a", "b"]'],
    ["CMD", "echo hi", "echo hi"],
    ["CMD", '["a" b]', '["a" b]'],
    ["EXPOSE", "map[53/udp:{} 80/tcp:{}]", "53/udp 80/tcp"],
    ["EXPOSE", "[53/udp 80/tcp]", "53/udp 80/tcp"],
    ["EXPOSE", "80", "80"],
    ["VOLUME", "[/a /b]", "/a /b"],
    ["HEALTHCHECK", `&{["NONE"] "0s" "0s" "0s" '\\x00'}`, "NONE"],
    [
      "HEALTHCHECK",
      `&{["CMD-SHELL" "curl -f \\"x\\" || exit 1"] "30s" "3s" "1m0s" "2s" '\\n'}`,
      '--interval=30s --timeout=3s --start-period=1m0s --start-interval=2s --retries=10 CMD curl -f "x" || exit 1',
    ],
    ["HEALTHCHECK", `&{["CMD" "a"] "0s" "0s" "0s" 'A'}`, '--retries=65 CMD ["a"]'],
    ["HEALTHCHECK", "&{nonsense}", "&{nonsense}"],
    ["ADD", `file:${"ab".repeat(32)} in / `.trim(), "file:abababababab… /"],
    ["COPY", `--chown=1:2 dir:${"ab".repeat(32)} in /a b`, "--chown=1:2 dir:abababababab… /a b"],
    ["ENV", "A=", "A="],
    ["ENV", "A b", "A b"],
    ["ENV", 'A="b c"', 'A="b c"'],
  ])
    assert.deepEqual(instructionLines(keyword ?? "", text ?? ""), [line], text);
});

test("what a container does is told in sentences", () => {
  const none = {
    user: "",
    env: [],
    workingDir: "",
    exposedPorts: [],
    volumes: [],
    labels: {},
    onBuild: [],
  };
  const told = (/** @type {object} */ config) =>
    running({ ...none, ...config })
      .map((piece) => (typeof piece === "string" ? piece : `‹${piece.code}›`))
      .join("")
      .trim();
  assert.equal(
    told({}),
    "Names no command: one must be given when a container is started. It runs as root (no user is set), in ‹/›.",
  );
  assert.equal(
    told({ cmd: ["a b"], user: "0:5", workingDir: "/x" }),
    "Runs ‹'a b'› as root and group ‹5›, in ‹/x›. Another command can be given when a container is started.",
  );
  assert.equal(
    told({
      entrypoint: ["/bin/sh", "-c"],
      cmd: ["id"],
      user: "12345",
      exposedPorts: ["1/tcp", "2/tcp", "3/tcp", "4/tcp", "5/tcp", "6/tcp"],
      volumes: ["/data"],
      stopSignal: "SIGUSR1",
      healthcheck: { test: ["CMD", "/none"], interval: 5_000_000_000n },
    }),
    "Runs ‹/bin/sh -c id› as user ‹12345›, in ‹/›. What is given when a container is started takes the place of ‹id›. " +
      "It listens on ‹1/tcp›, ‹2/tcp›, ‹3/tcp›, ‹4/tcp› and 2 more, keeps data in the volume ‹/data›, is stopped with ‹SIGUSR1› " +
      "and is asked how it is every 5 s by ‹/none›.",
  );
  assert.equal(commandLine(["it's", "", "a=b"]), "'it'\\''s' '' a=b");
});

test("JSON is laid out without touching its tokens", () => {
  const text = '{"a":1e400,"a":[{},[ ],"\\u0041,{"],"n":12345678901234567890}';
  assert.equal(
    prettyJson(text),
    '{\n  "a": 1e400,\n  "a": [\n    {},\n    [],\n    "\\u0041,{"\n  ],\n  "n": 12345678901234567890\n}',
  );
  assert.deepEqual(JSON.parse(prettyJson('{"a":[1,{"b":null}]}')), { a: [1, { b: null }] });
  for (const none of ["", "{", "}", '{"a', "[]]"]) assert.equal(prettyJson(none), none);
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  assert.ok(prettyJson(deep).length < deep.length * 140);
});

test("shared bytes are those of stored layers that another image uses", async () => {
  const archive = await openArchive(real("shared.docker20.tar"));
  const [image] = archive.data.images;
  assert.ok(image);
  const sizes = imageSizes(image, archive.data);
  const [common, own] = image.layers.map(({ blob }) => archive.data.layers[blob ?? -1]?.storedSize);
  assert.deepEqual(sizes, { stored: image.storedSize, shared: common, own, sharedLayers: 1, sharedWith: 1 });
  archive.close();
});
