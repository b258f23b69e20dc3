/** Saving parts of an opened file, each as a stream: no more of it is in memory than is on its way. */
import type { Archive } from "../../archive.js";
import type { FileVersion, RepackReport, SaveReport } from "../../transfer.js";
import type { Wanted, WantedReport } from "./wanted.js";

/** How a saving is followed. */
export interface SavingOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes that were written so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Called with what is worked on before the first bytes come, in words. */
  readonly onStep?: (doing: string) => void;
}

/** What was saved, and what became of an image that was made anew. */
export interface Saved extends SaveReport {
  readonly report?: RepackReport;
}

/**
 * Saves something that `SaveEvent` asks for under a name. Call it in answer to a click: browsers ask for a place only then.
 *
 * @example
 * element.addEventListener("layerglass-save", ({ wanted, fileName }) => saveWanted(archive, wanted, fileName));
 */
export async function saveWanted(
  archive: Archive,
  wanted: Wanted,
  name: string,
  { signal = new AbortController().signal, onProgress, onStep = () => {} }: SavingOptions = {},
): Promise<Saved> {
  const transfer = await import("../../transfer.js");
  const { stream, report } = begin(transfer, archive, wanted, signal, onStep);
  const saved = await transfer.saveStream(stream, name, { signal, ...(onProgress && { onProgress }) });
  const told = await report;
  return { ...saved, ...(told && { report: told }) };
}

type Transfer = typeof import("../../transfer.js");

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
        const { packagesAs } = await import("../../inspect.js");
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
  const { collectReport, formatReport } = await import("../../report.js");
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
