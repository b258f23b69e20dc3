/** Operations of the session worker: it holds the opened archive, the file tables and the trees. */

import type { ContentsHash } from "../archive/options.js";
import type { ScanJob, SessionOperations } from "../archive/protocol.js";
import type { ArchiveBindings, ArchiveHandle, ArchivePassHandle } from "../bindings.js";
import { LayerglassError } from "../error.js";
import type { ArchiveData, LayerData, Limits } from "../types.js";
import { openBySeeking, passOver } from "./opening.js";
import type { Answer, Handlers, Task, Workshop } from "./serve.js";
import type { ByteSource } from "./source.js";
import { Trees } from "./trees.js";

/** The position of an uppermost layer that stands above every other. */
const ALL_LAYERS = 0xffff_ffff;

export function sessionHandlers(workshop: Workshop<ArchiveBindings>): Handlers<SessionOperations> {
  const session = new Session(workshop);
  return {
    open: (params, task) => session.open(params, task),
    openStream: (params) => session.openStream(params),
    chunk: ({ bytes }) => session.chunk(bytes),
    end: () => session.end(),
    plan: (params) => session.plan(params),
    pass: ({ contents }, task) => session.pass(contents, task),
    addScan: ({ layer, bytes, contents }) => session.addScan(layer, bytes, contents),
    failScan: ({ layer, error }) => session.settle(layer, (handle) => handle.failScan(layer, error)),
    scanOf: async ({ layer }) => {
      const bytes = session.handle.scanOf(layer);
      return bytes ? given(bytes) : { value: undefined };
    },
    summary: async () => ({ value: session.handle.summary() }),
    rawConfig: async ({ image }) => given(session.handle.rawConfig(image)),
    rawManifest: async ({ image }) => given(session.handle.rawManifest(image)),
    tree: (params) => session.tree(params),
    ...session.trees.handlers,
    memory: async () => ({ value: workshop.memory() }),
  };
}

class Session {
  readonly #workshop: Workshop<ArchiveBindings>;
  readonly trees = new Trees();
  /** Which hash of files' contents each scanned layer has. */
  readonly #contents = new Map<number, ContentsHash>();
  #handle: ArchiveHandle | undefined;
  #limits: Limits | undefined;
  #source: ByteSource | undefined;
  /** What the one pass over a stream, or over a file that is compressed as a whole, hashed contents with. */
  #passed: ContentsHash | undefined;
  #pass: ArchivePassHandle | undefined;

  constructor(workshop: Workshop<ArchiveBindings>) {
    this.#workshop = workshop;
  }

  get handle(): ArchiveHandle {
    if (this.#handle) return this.#handle;
    throw new LayerglassError({ kind: "invalid", code: "not-open", message: "the archive is not open" });
  }

  async open(
    { source, limits, contents }: SessionOperations["open"]["params"],
    task: Task,
  ): Promise<Answer<ArchiveData>> {
    this.#limits = limits;
    this.#source = await this.#workshop.openSource(source, limits);
    const opened = await openBySeeking(this.#workshop.wasm, this.#source, limits, task);
    if (opened) this.#handle = opened;
    else {
      this.#handle = await passOver(this.#workshop.wasm, this.#source, limits, contents, task);
      this.#passed = contents;
    }
    return { value: this.handle.summary() };
  }

  async openStream({
    limits,
    contents,
  }: SessionOperations["openStream"]["params"]): Promise<Answer<undefined>> {
    this.#limits = limits;
    this.#passed = contents;
    this.#pass = new this.#workshop.wasm.ArchivePass({ contents, ...(limits && { limits }) });
    return { value: undefined };
  }

  async chunk(bytes: Uint8Array): Promise<Answer<undefined>> {
    this.#pass?.push(bytes);
    return { value: undefined };
  }

  async end(): Promise<Answer<ArchiveData>> {
    this.#handle = this.#pass?.finish();
    this.#pass?.free();
    this.#pass = undefined;
    return { value: this.handle.summary() };
  }

  async plan({
    layers,
    image,
    contents,
  }: SessionOperations["plan"]["params"]): Promise<Answer<{ jobs: ScanJob[]; pass: boolean }>> {
    const data = this.handle.summary();
    const wanted =
      layers ?? (image === undefined ? data.layers.map(({ index }) => index) : layersOf(data, image));
    const stale = (index: number) =>
      contents === "sha256" && (this.#passed ?? this.#contents.get(index)) !== "sha256";
    const todo = [...new Set(wanted)].filter((index) => {
      const layer = data.layers[index];
      if (!layer)
        throw new LayerglassError({
          kind: "not_found",
          code: "layer",
          message: `the archive has no layer ${index}`,
        });
      if (layer.state === "pending") return true;
      // A failure is not repeated unless it is asked for by name.
      return layer.state === "scanned" ? stale(index) : layers !== undefined && this.#passed === undefined;
    });
    if (this.#passed === undefined)
      return { value: { jobs: todo.map((layer) => this.#job(layer)), pass: false } };
    if (todo.length > 0 && !this.#source) {
      const message = "the stream has been read: ask for `contents` when the archive is opened";
      throw new LayerglassError({ kind: "unsupported", code: "stream-consumed", message });
    }
    return { value: { jobs: [], pass: todo.length > 0 } };
  }

  async pass(contents: ContentsHash, task: Task): Promise<Answer<undefined>> {
    if (!this.#source)
      throw new LayerglassError({
        kind: "unsupported",
        code: "stream-consumed",
        message: "the stream has been read",
      });
    const handle = await passOver(this.#workshop.wasm, this.#source, this.#limits, contents, task);
    this.#handle?.free();
    this.#handle = handle;
    this.#passed = contents;
    return { value: undefined };
  }

  async addScan(layer: number, bytes: Uint8Array, contents: ContentsHash): Promise<Answer<LayerData>> {
    const answer = await this.settle(layer, (handle) => handle.addScan(layer, bytes));
    this.#contents.set(layer, contents);
    return answer;
  }

  async settle(layer: number, work: (handle: ArchiveHandle) => void): Promise<Answer<LayerData>> {
    work(this.handle);
    return { value: this.handle.summary().layers[layer] as LayerData };
  }

  async tree({
    image,
    upTo,
    changesOnly,
  }: SessionOperations["tree"]["params"]): Promise<Answer<SessionOperations["tree"]["result"]>> {
    const handle = this.handle.tree(image, upTo ?? ALL_LAYERS, changesOnly);
    return { value: this.trees.add(handle) };
  }

  #job(layer: number): ScanJob {
    const { file, offset, length } = this.handle.layerSource(layer);
    if (!this.#source)
      throw new LayerglassError({
        kind: "unsupported",
        code: "stream-consumed",
        message: "the stream has been read",
      });
    return { layer, range: this.#source.range(file, offset, length) };
  }
}

function imageOf(data: ArchiveData, image: number) {
  const found = data.images[image];
  if (found) return found;
  throw new LayerglassError({
    kind: "not_found",
    code: "image",
    message: `the archive has no image ${image}`,
  });
}

function layersOf(data: ArchiveData, image: number): number[] {
  return imageOf(data, image).layers.flatMap(({ blob }) => (blob === undefined ? [] : [blob]));
}

/** Bytes whose buffer is given away: the wasm module hands out copies. */
function given(bytes: Uint8Array): Answer<Uint8Array> {
  return { value: bytes, transfer: [bytes.buffer as ArrayBuffer] };
}
