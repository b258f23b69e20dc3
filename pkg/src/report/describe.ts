/** What an opened file says of itself and its images, as parts of a report. */
import type { Archive } from "../archive/archive.js";
import { platformName } from "../elements/format/id.js";
import { diffIdCheck, findings, imageTitle, uncounted } from "../elements/model/checks.js";
import { isDocument } from "../elements/model/documents.js";
import type { ArchiveData, ErrorData, HistoryStep, ImageData, LayerData } from "../types.js";
import { hideInConfig, hideInStep } from "./secrets.js";
import type { FileReport, ImageReport, LayerReport, StepReport } from "./types.js";

/** The file. */
export function describeFile(archive: Archive): FileReport {
  const { data } = archive;
  const { kind, label, producer, compression, size, entries, facts } = data;
  return {
    name: archive.name,
    kind,
    label,
    ...(producer !== undefined && { producer }),
    compression,
    size,
    entries,
    facts,
    findings: findings(data),
    moreFindings: uncounted(data),
  };
}

/** One image; with `secrets` its variables and commands stay as they are. */
export function describeImage(data: ArchiveData, image: ImageData, secrets: boolean): ImageReport {
  const steps = secrets ? image.history : image.history.map(hideInStep);
  const { index, role, presence, id, manifestDigest, familiarNames, platform } = image;
  const { created, author, config, storedSize, unpackedSize, check } = image;
  return {
    index,
    title: familiarNames[0] ?? imageTitle(image),
    role,
    presence,
    ...(id !== undefined && { id }),
    ...(manifestDigest !== undefined && { manifestDigest }),
    names: familiarNames,
    ...(platform && { platform: platformName(platform) }),
    ...(created !== undefined && { created }),
    ...(author !== undefined && { author }),
    ...(config && { config: secrets ? config : hideInConfig(config) }),
    storedSize,
    ...(unpackedSize !== undefined && { unpackedSize }),
    check,
    layers: image.layers.map((_, layer) => describeLayer(data, image, layer, steps)),
    history: steps.map(describeStep),
  };
}

function describeLayer(
  data: ArchiveData,
  image: ImageData,
  at: number,
  steps: readonly HistoryStep[],
): LayerReport {
  const use = image.layers[at];
  if (!use) return { layer: at, state: "absent", check: { state: "absent" } };
  const stored = use.blob === undefined ? undefined : data.layers[use.blob];
  const { digest = stored?.digest, diffId, chainId, mediaType = stored?.mediaType } = use;
  const command = use.history === undefined ? undefined : steps[use.history]?.createdBy;
  return {
    layer: at,
    state: stored?.state ?? "absent",
    ...(digest !== undefined && { digest }),
    ...(diffId !== undefined && { diffId }),
    ...(chainId !== undefined && { chainId }),
    ...(mediaType !== undefined && { mediaType }),
    ...(stored && describeStored(stored)),
    ...(command !== undefined && { command }),
    check: diffIdCheck(use, data),
  };
}

function describeStored(stored: LayerData): Partial<LayerReport> {
  const { compression, storedSize, scan } = stored;
  const error = damageOf(stored);
  return {
    ...(compression !== undefined && { compression }),
    storedSize,
    ...(scan && { tarSize: scan.tarSize, contentSize: scan.contentSize, files: scan.files }),
    ...(error && { error }),
  };
}

/** Why a layer could not be read to its end, or not all of it: what came before and after that stands. */
export function damageOf(layer: LayerData): ErrorData | undefined {
  // What is no tar was not meant to be read as one.
  if (isDocument(layer)) return undefined;
  const error = layer.error ?? layer.scan?.error;
  if (error) return error;
  const found = layer.scan?.findings.find(({ severity }) => severity === "error");
  if (!found) return undefined;
  const { code, message, offset, path } = found;
  return {
    kind: "corrupt",
    code,
    message,
    path: path ?? layer.path,
    ...(offset !== undefined && { offset }),
  };
}

function describeStep({ created, createdBy, author, comment, layer }: HistoryStep): StepReport {
  return {
    ...(created !== undefined && { created }),
    ...(createdBy !== undefined && { command: createdBy }),
    ...(author !== undefined && { author }),
    ...(comment !== undefined && { comment }),
    ...(layer !== undefined && { layer }),
  };
}
