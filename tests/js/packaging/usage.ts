/** The types as a user meets them; it is compiled, not run. */
import {
  type Digest,
  type ErrorKind,
  Hasher,
  ImageConfig,
  ImageStore,
  init,
  LayerglassError,
  Reference,
} from "layerglass";
import {
  type Archive,
  type ArchiveData,
  type FileTree,
  openArchive,
  type Progress,
  LayerglassError as SameError,
  type Size,
  type TreeRow,
} from "layerglass/archive";

import { indexedDbBackend, mapBackend, opfsBackend } from "layerglass/backends";
import { Graph, type GraphImage, type LayerOutcome, NamedStores, PathFilter } from "layerglass/graph";
import {
  type ComparisonData,
  compareImages,
  issues,
  type PackagesData,
  packages,
  packagesAs,
  usage,
  verification,
  type WasteData,
  waste,
} from "layerglass/inspect";
import { collectReport, formatReport, type ReportData, type ReportPart } from "layerglass/report";
import { type InspectedSif, inspectSif, type SifCheck } from "layerglass/sif";
import { testBackend, testLayers } from "layerglass/testing";
import {
  convert,
  extractFile,
  type LayerStorage,
  type LoadReport,
  load,
  memoryLayers,
  opfsLayers,
  save,
  saveStream,
  type WriteReport,
} from "layerglass/transfer";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : [never]): void {}

export async function values(bytes: Uint8Array): Promise<void> {
  await init();
  const ref = Reference.parse("redis:7", { normalize: true });
  same<typeof ref.path, string>();
  same<typeof ref.tag, string | undefined>();
  const config = ImageConfig.from(ImageConfig.parse(bytes).toJSON());
  same<typeof config.raw, Uint8Array>();
  same<typeof config.rootFs.chainIds, readonly string[]>();
  const hasher = new Hasher("sha512");
  const digest: Digest = hasher.update(bytes).digest();
  digest.equals("sha256:00");
  // @ts-expect-error: not a hash function of digests
  new Hasher("md5");
  // @ts-expect-error: data is read-only
  config.config.env.push("A=b");
}

export async function archives(
  input: Blob,
  stream: ReadableStream<Uint8Array>,
  bytes: Uint8Array,
): Promise<void> {
  const archive: Archive = await openArchive(input, {
    name: "image.tar",
    signal: AbortSignal.timeout(1000),
    limits: { jsonBytes: 1 << 20 },
    workers: 2,
    contents: "sha256",
    onProgress: (progress) => same<typeof progress, Progress>(),
  });
  await openArchive(stream);
  await openArchive(bytes);
  await openArchive(new Map([["index.json", input]]));
  await openArchive(new URL("file:///image.tar"));
  await openArchive(
    (async function* () {
      yield bytes;
    })(),
  );
  const data: ArchiveData = await archive.scan({
    layers: [0],
    onLayer: (layer) => layer.check.state satisfies string,
  });
  same<(typeof data.layers)[number]["storedSize"], Size>();
  const tree: FileTree = await archive.tree(0, { upTo: 1, changesOnly: true });
  const rows = await tree.page(0, 10);
  same<typeof rows, TreeRow[]>();
  const change: "unchanged" | "added" | "modified" | "removed" | undefined = rows[0]?.change;
  void change;
  await tree.sort("size", true);
  // @ts-expect-error: not a key to sort by
  await tree.sort("colour");
  // @ts-expect-error: not a hash of contents
  await archive.scan({ contents: "md5" });
  // @ts-expect-error: not an input
  await openArchive(7);
  archive.close();
}

export async function inspections(archive: Archive, signal: AbortSignal): Promise<void> {
  const found = await packages(archive, 0, { signal, onProgress: ({ bytes }) => same<typeof bytes, Size>() });
  same<typeof found, PackagesData>();
  const text: string = await packagesAs(archive, 0, "cyclonedx", { created: new Date(), name: "demo" });
  void text;
  // @ts-expect-error: not a format of lists
  await packagesAs(archive, 0, "csv");
  const { issues: told } = await issues(archive, 0, { expiryDays: 7 });
  same<(typeof told)[number]["severity"], "info" | "warning" | "error">();
  const wasted: WasteData = await waste(archive, 0);
  void wasted.items[0]?.sameAs;
  const { children } = await usage(archive, 0, { by: "folder", nodes: 500 });
  void children?.[0]?.bytes;
  // @ts-expect-error: not a key to divide by
  await usage(archive, 0, { by: "colour" });
  using comparison = await compareImages({ archive, image: 0 }, { archive, image: 1 });
  same<typeof comparison.data, ComparisonData>();
  using tree = await comparison.tree();
  void tree.length;
  const { items } = await verification(archive);
  void items[0]?.state;
}

export async function stores(records: Map<string, Uint8Array>, config: ImageConfig): Promise<void> {
  using store = await ImageStore.open(mapBackend(records), { now: Date.now, limits: { jsonDepth: 64 } });
  const id = await store.create(config, { builtLocally: true });
  same<typeof id, string>();
  const change = await store.tag(Reference.parse("demo:1"), id, { force: true });
  if (change.type === "tagged") same<typeof change.movedFrom, string | undefined>();
  await store.update(id, async (state) => {
    state.names.add("docker.io/library/demo:2");
    state.parent = undefined;
  });
  const { deleted, freed } = await store.delete(id, { children: "cascade" });
  same<typeof deleted, readonly string[]>();
  same<(typeof freed)[number]["size"], Size>();
  store.addEventListener("change", (event) => void event.detail.type);
  for await (const told of store.changes(AbortSignal.timeout(1))) {
    if (told.type === "leased") same<typeof told.user, string>();
  }
  for await (const image of store) same<typeof image, string>();
  await ImageStore.open(indexedDbBackend("images"));
  await ImageStore.open(opfsBackend());
  const { failures } = await testBackend(() => mapBackend());
  void failures[0]?.reason;
  // @ts-expect-error: not what can become of children
  await store.delete(id, { children: "perhaps" });
  // @ts-expect-error: a backend has four calls
  await ImageStore.open({ list: () => [] });
}

export async function sifs(input: Blob, bytes: Uint8Array): Promise<void> {
  const sif: InspectedSif = await inspectSif(input, { integrity: true, limits: { sifDescriptors: 100 } });
  for (const { type, partition, size } of sif.objects) {
    same<typeof size, Size>();
    if (type === "partition") void partition?.architecture;
  }
  const check: SifCheck | undefined = sif.integrity?.signatures[0]?.header;
  void check?.state;
  await inspectSif(bytes, { onProgress: ({ phase }) => same<typeof phase, "open" | "verify">() });
  // @ts-expect-error: not an input
  await inspectSif(7);
  // @ts-expect-error: data is read-only
  sif.objects.push();
}

export function errors(error: unknown): ErrorKind | undefined {
  if (!(error instanceof LayerglassError) || !(error instanceof SameError)) return undefined;
  same<typeof error.offset, Size | undefined>();
  return error.kind;
}

export async function graphs(bytes: Uint8Array, stream: ReadableStream<Uint8Array>): Promise<void> {
  const graph = await Graph.open(mapBackend(), { dockerVersion: "0.11.1" });
  const image: GraphImage = await graph.register("id", bytes, stream);
  same<typeof image.size, Size | undefined>();
  for await (const piece of graph.layer(image.id)) same<typeof piece, Uint8Array>();
  const tags = await graph.tags({ form: "current" });
  await tags.set("busybox", "latest", image.id, { force: true });
  const stores = await NamedStores.open(indexedDbBackend("stores"));
  await stores.write("store", "id", [bytes, bytes], { parent: NamedStores.ROOT, metadata: { a: bytes } });
  const outcomes: LayerOutcome[] = await stores.getMany("store", ["id"]);
  for (const outcome of outcomes) if ("error" in outcome) same<typeof outcome.error.kind, ErrorKind>();
  const filter = await PathFilter.create({ exclude: [""], include: ["etc/"] });
  same<ReturnType<typeof filter.apply>, string | undefined>();
  // @ts-expect-error: a layer is bytes
  await graph.register("id", bytes, "text");
  // @ts-expect-error: there are two forms
  await graph.tags({ form: "newest" });
}

export async function transfers(archive: Archive, signal: AbortSignal): Promise<void> {
  const { stream, report } = convert(archive, { format: "oci", compression: "zstd", level: 3, signal });
  same<typeof stream, ReadableStream<Uint8Array>>();
  same<typeof report, Promise<WriteReport>>();
  const { way, bytes } = await saveStream(stream, "image.tar", { onProgress: (done: number) => void done });
  same<typeof way, "picker" | "opfs" | "memory">();
  same<typeof bytes, number>();
  const layers: LayerStorage = memoryLayers();
  const store = await ImageStore.open(mapBackend(), { layers });
  const loaded: LoadReport = await load(archive, store, { unit: "image", names: "keep" });
  for (const { id } of loaded.images) await store.tag("demo:1", id);
  await save(store, ["demo:1"], { format: "docker" }).report;
  const file = await extractFile(archive, 0, "etc/motd");
  same<typeof file.size, Size>();
  await ImageStore.open(indexedDbBackend("images"), { layers: opfsLayers() });
  const { failures } = await testLayers(() => layers);
  void failures;
  // @ts-expect-error: there are three formats
  convert(archive, { format: "rar" });
  // @ts-expect-error: a store, not a backend
  await load(archive, mapBackend());
}

export async function reports(archive: Archive, signal: AbortSignal): Promise<string> {
  const parts: readonly ReportPart[] = ["waste", "packages"];
  const report: ReportData = await collectReport(archive, [0], { parts, signal, time: new Date(0) });
  const [image] = report.images;
  if (image?.waste) same<typeof image.waste.wasted, Size>();
  // @ts-expect-error: there is no such format
  formatReport(report, "pdf");
  // @ts-expect-error: there is no such part
  await collectReport(archive, [0], { parts: ["files"] });
  return formatReport(report, "csv", { table: "packages" });
}
