import type { Archive, ErrorData } from "layerglass/archive";
import type { Wanted, WantedReport } from "layerglass/elements";
import { errorData } from "layerglass/elements/kit";
import type { FileVersion, RepackReport } from "layerglass/transfer";

/** One file that is being saved, or was. */
export interface Saving {
  readonly id: number;
  readonly name: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  /** Bytes that were written so far. */
  readonly bytes: number;
  /** Did the user choose the place, so that it is known where the file is? */
  readonly chosen: boolean;
  readonly error?: ErrorData;
  /** What is worked on before the first bytes come. */
  readonly doing?: string;
  /** What became of an image that was made anew. */
  readonly report?: RepackReport;
}

/** Saves parts of the opened file, each as a stream: no more of it is in memory than is on its way. */
export class Saver {
  /** The newest last. */
  savings: readonly Saving[] = [];
  readonly #stops = new Map<number, AbortController>();
  #count = 0;

  constructor(private readonly changed: () => void) {}

  /** Saves something under a name. Call it in answer to a click: browsers ask for a place only then. */
  async save(archive: Archive, wanted: Wanted, name: string): Promise<void> {
    const id = this.#count;
    this.#count += 1;
    const stop = new AbortController();
    this.#stops.set(id, stop);
    this.savings = [...this.savings, { id, name, state: "running", bytes: 0, chosen: false }];
    this.changed();
    try {
      const transfer = await import("layerglass/transfer");
      const { signal } = stop;
      const { stream, report } = begin(transfer, archive, wanted, signal, (doing) =>
        this.#update(id, { doing }),
      );
      const { way, bytes } = await transfer.saveStream(stream, name, {
        signal,
        onProgress: (written) => this.#update(id, { bytes: written }),
      });
      const told = await report;
      this.#update(id, { state: "done", bytes, chosen: way === "picker", ...(told && { report: told }) });
    } catch (thrown) {
      const error = errorData(thrown);
      this.#update(id, error.kind === "aborted" ? { state: "stopped" } : { state: "failed", error });
    } finally {
      this.#stops.delete(id);
    }
  }

  /** Ends one that is under way. Nothing of it is kept. */
  stop(id: number): void {
    this.#stops.get(id)?.abort();
  }

  /** Takes one that has ended off the list. */
  dismiss(id: number): void {
    this.savings = this.savings.filter((saving) => saving.id !== id);
    this.changed();
  }

  /** Ends all: the file they come from is closed. */
  reset(): void {
    for (const stop of this.#stops.values()) stop.abort();
    this.savings = [];
    this.changed();
  }

  #update(id: number, part: Partial<Saving>): void {
    this.savings = this.savings.map((saving) => (saving.id === id ? { ...saving, ...part } : saving));
    this.changed();
  }
}

type Transfer = typeof import("layerglass/transfer");

/** Bytes on their way, and what is told of an image that was made anew. */
interface Begun {
  readonly stream: ReadableStream<Uint8Array>;
  readonly report?: Promise<RepackReport>;
}

function begin(
  transfer: Transfer,
  archive: Archive,
  wanted: Wanted,
  signal: AbortSignal,
  onStep: (doing: string) => void,
): Begun {
  if (wanted.kind !== "squashed") return { stream: streamOf(transfer, archive, wanted, signal, onStep) };
  const { image, format, squash } = wanted;
  const { stream, report } = transfer.repack(archive, image, { format, squash, signal });
  // A failure is told by the stream.
  report.catch(() => {});
  return { stream, report };
}

function streamOf(
  transfer: Transfer,
  archive: Archive,
  wanted: Exclude<Wanted, { kind: "squashed" }>,
  signal: AbortSignal,
  onStep: (doing: string) => void,
): ReadableStream<Uint8Array> {
  switch (wanted.kind) {
    case "images":
      return transfer.convert(archive, { ...wanted.settings, signal }).stream;
    case "layer": {
      const form = wanted.plain ? { compression: "none" as const } : {};
      return transfer.extractLayer(archive, wanted.layer, { ...form, signal }).stream;
    }
    case "tar": {
      const { image, to, path } = wanted;
      return transfer.extractTar(archive, image, { to, ...(path !== undefined && { path }), signal }).stream;
    }
    case "file":
      return later(async () => {
        const { image, layer, path } = wanted;
        const version = leftBy(await transfer.fileVersions(archive, image, path, { signal }), layer);
        return (await transfer.extractFile(archive, image, path, { ...(version && { version }), signal }))
          .stream;
      });
    case "report":
      return later(() => reportOf(archive, wanted.report, signal, onStep));
    case "version":
      return later(async () => {
        const { image, path, version } = wanted;
        return (await transfer.extractFile(archive, image, path, { version, signal })).stream;
      });
    case "packages":
      return later(async () => {
        const { packagesAs } = await import("layerglass/inspect");
        const { image, format } = wanted;
        const text = await packagesAs(archive, image, format, { created: new Date(), signal });
        return new Blob([text]).stream();
      });
  }
}

/** What a report works on, in words. */
const STEPS = {
  scan: "scanning layers",
  waste: "working out the waste",
  packages: "reading the packages",
  issues: "looking for what is unsafe",
  verification: "comparing digests",
  comparison: "comparing images",
} as const;

/** A report as the bytes of its file. */
async function reportOf(
  archive: Archive,
  { format, images, parts, secrets, time }: WantedReport,
  signal: AbortSignal,
  onStep: (doing: string) => void,
): Promise<ReadableStream<Uint8Array>> {
  const { collectReport, formatReport } = await import("layerglass/report");
  const onProgress = ({ step }: { step: keyof typeof STEPS }) => onStep(STEPS[step]);
  const report = await collectReport(archive, images, { parts, secrets, time, signal, onProgress });
  return new Blob([formatReport(report, format)]).stream();
}

/** The version of a file that stands when a layer and all below it are applied. */
function leftBy(versions: readonly FileVersion[], layer: number): FileVersion | undefined {
  return versions.findLast((version) => version.layer <= layer && !version.overwritten && version.source);
}

/** A stream that is opened when it is first read: browsers ask for a place soon after a click or not at all. */
function later(open: () => Promise<ReadableStream<Uint8Array>>): ReadableStream<Uint8Array> {
  let reader: Promise<ReadableStreamDefaultReader<Uint8Array>> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= open().then((stream) => stream.getReader());
        const { done, value } = await (await reader).read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await (await reader)?.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
