/**
 * Checks an opened archive against its entry of `EXPECTED.json`: what skopeo, GNU tar, umoci and Docker say of the same
 * file. Runs in Node and in browsers.
 */
import { Problems } from "./problems.js";
import { allRows, linesOf } from "./tree-lines.js";

/** Names of files that hold no image, by what they were made with. */
const WITHOUT_IMAGES = [
  [/DATA-ROOT/, "docker-data-root"],
  [/\bexport\b/, "rootfs"],
  [/apptainer|singularity/, "sif"],
  [/qemu-img|mksquashfs/, "disk-folder"],
];

/**
 * Everything that differs. `archive` was opened with `contents: "sha256"`; `readTsv(name)` gives a text of the folder
 * `rootfs`, or nothing.
 */
export async function checkArchive(archive, name, expected, readTsv) {
  const problems = new Problems();
  const data = await archive.scan();
  for (const layer of data.layers)
    problems.same(`${name}: layer ${layer.path}`, [layer.state, layer.error], ["scanned", undefined]);
  const inspected = expected.docker_image_inspect ?? [];
  if (expected.images.length + inspected.length === 0) checkWithoutImages(problems, data, name, expected);
  for (const image of inspected) checkInspected(problems, data, name, image);
  for (const entry of expected.images) {
    const [transport, , ref] = splitSource(entry.source, name);
    const platforms = entry.platforms ? Object.entries(entry.platforms) : [[undefined, entry]];
    for (const [platform, image] of platforms) {
      const tsv = await readTsv(
        [name, ...(platform ? [platform.split("/")[1]] : ref ? [ref] : [])].join("@").replace(/[/:]/g, "_"),
      );
      await checkImage(problems, archive, {
        name,
        transport,
        ref,
        platform,
        indexDigest: entry.index_digest,
        image,
        tsv,
      });
    }
  }
  return problems.list;
}

/** `transport:file[:ref]`. */
function splitSource(source, name) {
  const transport = source.slice(0, source.indexOf(":"));
  return [transport, name, source.slice(transport.length + name.length + 2)];
}

function checkWithoutImages(problems, data, name, { made }) {
  // A bare file system is shown as one layer, of an image that nobody has named or configured.
  const real = data.images.filter(({ id, config, names }) => id || config || names.length > 0);
  problems.same(`${name}: images`, real.length, 0);
  const [, kind] = WITHOUT_IMAGES.find(([pattern]) => pattern.test(made)) ?? [];
  problems.same(`${name}: kind`, data.kind, kind);
  problems.ok(`${name}: has no label`, data.label.length > 0);
}

/** What `docker image inspect` says of the same image, where it was loaded. */
function checkInspected(problems, data, name, inspected) {
  const where = `${name}: docker image inspect`;
  const image = data.images.find(
    ({ layers, familiarNames }) =>
      sameList(
        layers.map(({ diffId }) => diffId),
        inspected.RootFS.Layers,
      ) && inspected.RepoTags.every((tag) => familiarNames.includes(tag)),
  );
  if (!image)
    return problems.ok(`${where}: no image with these layers and the names ${inspected.RepoTags}`, false);
  // With the containerd store Docker names an image by its manifest or index.
  const ids = [image.id, image.manifestDigest, ...image.indexes];
  problems.ok(`${where}: the id ${inspected.Id} is none of ${ids}`, ids.includes(inspected.Id));
  problems.same(
    `${where}: platform`,
    [image.platform?.os, image.platform?.architecture],
    [inspected.Os, inspected.Architecture],
  );
  checkRunConfig(problems, where, image.config, inspected.Config);
}

async function checkImage(
  problems,
  archive,
  { name, transport, ref, platform, indexDigest, image: expected, tsv },
) {
  const where = `${name}${ref ? `:${ref}` : ""}${platform ? ` (${platform})` : ""}`;
  const found = archive.data.images.find((image) => fits(image, expected, transport, ref, platform));
  if (!found)
    return problems.ok(`${where}: no image with the id ${expected.image_id} and these names`, false);
  if (indexDigest)
    problems.ok(
      `${where}: the index ${indexDigest} is not among ${found.indexes}`,
      found.indexes.includes(indexDigest),
    );
  problems.same(`${where}: presence`, [found.role, found.presence], ["image", "complete"]);
  problems.ok(
    `${where}: the config's digest is ${found.check.state}`,
    ["match", "undeclared"].includes(found.check.state),
  );
  await checkConfig(problems, archive, where, found, expected.config);
  await checkLayers(problems, archive.data, where, found, expected, transport);
  if (expected.rootfs?.entries !== undefined)
    await checkTree(problems, archive, where, found, expected.rootfs, tsv);
}

function fits(image, expected, transport, ref, platform) {
  if (image.id !== expected.image_id) return false;
  if (expected.manifest_digest && image.manifestDigest !== expected.manifest_digest) return false;
  if (platform && `${image.platform?.os}/${image.platform?.architecture}` !== platform) return false;
  return (
    transport !== "docker-archive" || !ref || image.familiarNames.includes(ref) || image.names.includes(ref)
  );
}

async function checkConfig(problems, archive, where, image, config) {
  problems.same(
    `${where}: config`,
    JSON.parse(new TextDecoder().decode(await archive.rawConfig(image.index))),
    config,
  );
  problems.same(
    `${where}: platform`,
    [image.platform?.os, image.platform?.architecture],
    [config.os, config.architecture],
  );
  problems.same(`${where}: created`, image.created, config.created);
  checkRunConfig(problems, where, image.config, config.config ?? {});
  const history = config.history ?? [];
  problems.same(
    `${where}: history`,
    image.history.map((step) => step.createdBy ?? ""),
    history.map((step) => step.created_by ?? ""),
  );
  problems.same(
    `${where}: empty steps`,
    image.history.map((step) => step.emptyLayer),
    history.map((step) => step.empty_layer ?? false),
  );
  let layer = 0;
  const aligned = history.map((step) => (step.empty_layer ? null : layer++));
  if (layer === image.layers.length)
    problems.same(
      `${where}: steps and layers`,
      image.history.map((step) => step.layer ?? null),
      aligned,
    );
}

function checkRunConfig(problems, where, actual, expected) {
  const list = (value) => value ?? undefined;
  problems.same(`${where}: environment`, actual?.env, expected.Env ?? []);
  problems.same(`${where}: command`, actual?.cmd, list(expected.Cmd));
  problems.same(`${where}: entrypoint`, actual?.entrypoint, list(expected.Entrypoint));
  problems.same(`${where}: user`, actual?.user, expected.User ?? "");
  problems.same(`${where}: folder`, actual?.workingDir, expected.WorkingDir ?? "");
  problems.same(`${where}: labels`, actual?.labels, expected.Labels ?? {});
  problems.same(`${where}: ports`, actual?.exposedPorts, Object.keys(expected.ExposedPorts ?? {}).sort());
  problems.same(`${where}: volumes`, actual?.volumes, Object.keys(expected.Volumes ?? {}).sort());
}

async function checkLayers(problems, data, where, image, { layers, config }, transport) {
  problems.same(
    `${where}: diff ids`,
    image.layers.map(({ diffId }) => diffId),
    config.rootfs.diff_ids,
  );
  problems.same(
    `${where}: chain ids`,
    image.layers.map(({ chainId }) => chainId),
    await chain(config.rootfs.diff_ids),
  );
  for (const [at, expected] of layers.entries()) {
    const use = image.layers[at];
    const layer = data.layers[use?.blob];
    const place = `${where}: layer ${at}`;
    if (!layer?.scan) {
      problems.ok(`${place} has not been scanned`, false);
      continue;
    }
    problems.same(`${place}: diff id`, layer.scan.diffId, expected.diff_id);
    problems.same(`${place}: check`, use.check.state, "match");
    problems.same(`${place}: bytes of the tar`, layer.scan.tarSize, expected.tar_bytes);
    problems.same(`${place}: entries`, layer.scan.entries, expected.entries);
    // Of a docker archive, skopeo names unpacked layers whatever is stored.
    if (transport === "docker-archive") continue;
    problems.same(`${place}: digest`, layer.scan.digest, expected.digest);
    problems.same(`${place}: stored bytes`, layer.storedSize, expected.size);
    problems.same(`${place}: check of the stored bytes`, layer.check.state, "match");
  }
}

async function checkTree(problems, archive, where, image, rootfs, tsv) {
  const tree = await archive.tree(image.index);
  const rows = await allRows(tree);
  const kinds = {};
  for (const { kind } of rows) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const letters = { file: "f", directory: "d", symlink: "l", char: "c", block: "b", fifo: "p" };
  problems.same(
    `${where}: kinds of entries`,
    Object.fromEntries(Object.entries(kinds).map(([kind, count]) => [letters[kind], count])),
    rootfs.kinds,
  );
  problems.same(
    `${where}: bytes of files`,
    rows.reduce((sum, row) => sum + (row.kind === "file" ? row.size : 0), 0),
    rootfs.file_bytes,
  );
  problems.same(`${where}: entries counted`, tree.totals.entries, rootfs.entries);
  problems.same(`${where}: files counted`, tree.totals.files, rootfs.kinds.f ?? 0);
  problems.same(`${where}: folders counted`, tree.totals.directories, rootfs.kinds.d ?? 0);
  if (tsv !== undefined) problems.sameLines(`${where}: tree`, linesOf(rows), tsv.split("\n").filter(Boolean));
  tree.close();
}

/** Chain ids, computed apart from the library. */
async function chain(diffIds) {
  const ids = [];
  for (const diffId of diffIds) {
    const text = ids.length === 0 ? undefined : `${ids.at(-1)} ${diffId}`;
    ids.push(text === undefined ? diffId : `sha256:${await sha256(text)}`);
  }
  return ids;
}

async function sha256(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sameList(a, b) {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
