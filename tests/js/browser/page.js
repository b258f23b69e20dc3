/** What the browser tests call: the same checks as in Node, on Blobs. */
import { Digest, Hasher, init, LayerglassError, openArchive, Reference } from "/pkg/dist/archive.js";
import { checkArchive } from "../support/expectations.js";
import { snapshot } from "../support/snapshot.js";

const fetched = async (path) => {
  const response = await fetch(`/images/${path.split("/").map(encodeURIComponent).join("/")}`);
  return response.ok ? response : undefined;
};

/** A file as a Blob, or a folder's files as pairs. */
async function inputOf(name, files) {
  if (!files) return (await fetched(name)).blob();
  return Promise.all(files.map(async (path) => [path, await (await fetched(`${name}/${path}`)).blob()]));
}

/** The folder's files in the browser's own file system. */
async function directoryOf(name, files) {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(name, { recursive: true }).catch(() => {});
  const top = await root.getDirectoryHandle(name, { create: true });
  for (const [path, blob] of await inputOf(name, files)) {
    const parts = path.split("/");
    const file = parts.pop();
    let at = top;
    for (const part of parts) at = await at.getDirectoryHandle(part, { create: true });
    const writable = await (await at.getFileHandle(file, { create: true })).createWritable();
    await writable.write(blob);
    await writable.close();
  }
  return top;
}

/** The code with which something is refused. */
function refusal(work) {
  try {
    work();
    return "nothing";
  } catch (error) {
    return error instanceof LayerglassError ? error.code : String(error);
  }
}

globalThis.tests = {
  /** Everything about one file that is not as expected. */
  async check(name, files, expected) {
    const archive = await openArchive(await inputOf(name, files), { name, contents: "sha256", workers: 2 });
    try {
      return await checkArchive(archive, name, expected, async (tsv) =>
        (await fetched(`rootfs/${tsv}.tsv`))?.text(),
      );
    } finally {
      archive.close();
    }
  },

  /** Do these ways in give the same? */
  async sameByEveryWay(name, files) {
    const options = { name, workers: 2 };
    const blob = await inputOf(name, files);
    const ways = files
      ? [blob, new Map(blob), await directoryOf(name, files)]
      : [blob, new Uint8Array(await blob.arrayBuffer()), blob.stream(), new File([blob], "other-name")];
    const seen = [];
    for (const input of ways) seen.push(JSON.stringify(await snapshot(openArchive(input, options)), plain));
    return seen.map((one) => one === seen[0]);
  },

  /** The values of the core: they have a module of their own, which an archive does not need. */
  async values() {
    const bytes = new TextEncoder().encode("hello");
    const early = refusal(() => Reference.parse("redis:7"));
    await init();
    const hasher = new Hasher();
    return [
      early,
      String(Reference.parse("redis:7")),
      String(Digest.of(bytes)),
      String(hasher.update(bytes).digest()),
    ];
  },

  /** What ending and breaking work gives. */
  async failures(name, files) {
    const input = await inputOf(name, files);
    const told = (work) =>
      work.then(
        () => "nothing",
        (error) => error instanceof LayerglassError && [error.kind, error.code],
      );
    const archive = await openArchive(input);
    const scan = archive.scan();
    archive.close();
    return {
      aborted: await told(openArchive(input, { signal: AbortSignal.abort() })),
      closed: await told(scan),
      noWorker: await told(
        openArchive(input, {
          createWorker: () => new Worker("/tests/no-such-worker.js", { type: "module" }),
        }),
      ),
      path: await told(openArchive("image.tar")),
      notAnImage: await told(openArchive(new Blob(["hello"]))),
    };
  },

  /** A scan in which a worker traps, and the one after it. */
  async trap(name, files) {
    let broken = 1;
    const createWorker = (role) => {
      const sabotaged = role === "scan" && broken-- > 0;
      return new Worker(sabotaged ? "/tests/browser/sabotage.js" : "/pkg/dist/worker.js", { type: "module" });
    };
    const archive = await openArchive(await inputOf(name, files), { workers: 2, createWorker });
    const first = await archive.scan().then(
      () => "nothing",
      (error) => error instanceof LayerglassError && [error.kind, error.code],
    );
    const { layers } = await archive.scan();
    archive.close();
    return { first, second: layers.every(({ state }) => state === "scanned") };
  },

  /** Wasm memory in bytes before and after a hundred aborted scans of a large image, and a whole scan after them. */
  async abortedScans(address) {
    const image = await (await fetch(address)).blob();
    const archive = await openArchive(image, { workers: 2 });
    const use = async () => {
      const { session, scanners } = await archive.memory();
      return session + scanners.reduce((sum, bytes) => sum + bytes, 0);
    };
    const abortOne = async (turn) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), turn % 5);
      const scan = archive.scan({ contents: "sha256", signal: controller.signal });
      return scan.then(
        () => "scanned",
        (error) => error.code,
      );
    };
    const ends = new Set();
    for (let turn = 0; turn < 20; turn++) ends.add(await abortOne(turn));
    const before = await use();
    for (let turn = 0; turn < 100; turn++) ends.add(await abortOne(turn));
    const afterwards = await use();
    const { layers } = await archive.scan({ contents: "sha256" });
    archive.close();
    return { ends: [...ends], before, afterwards, scanned: layers.every(({ state }) => state === "scanned") };
  },
};
globalThis.ready = true;

function plain(_, value) {
  return typeof value === "bigint" ? `${value}n` : value;
}
