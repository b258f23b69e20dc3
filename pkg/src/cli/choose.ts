/** Which images of a file the command line means. */
import { arch } from "node:process";
import { platformName } from "../elements/format/id.js";
import { plain } from "../elements/format/text.js";
import { imageTitle } from "../elements/model/checks.js";
import { LayerglassError } from "../error.js";
import type { ArchiveData, ImageData, PlatformData } from "../types.js";
import type { Option } from "./args.js";
import type { Run } from "./commands.js";
import { UsageError } from "./exit.js";

/** Options that choose images. */
export const IMAGE_OPTIONS: readonly Option[] = [
  { name: "image", short: "i", value: "NAME|ID|N", help: "The image by its name, id, or number from 1" },
  { name: "platform", value: "OS/ARCH", help: "Images for a platform, such as linux/arm64" },
];

/** The images that fit, all that are in the file when nothing is said. */
export async function chooseImages(
  data: ArchiveData,
  wanted: string | undefined,
  platform: string | undefined,
): Promise<ImageData[]> {
  if (data.images.length === 0)
    throw new LayerglassError({
      kind: "unsupported",
      code: "no-images",
      message: `the file holds no images: it is ${data.label}`,
    });
  const named = wanted === undefined ? inFile(data) : byName(data, wanted);
  if (platform === undefined) return named;
  const fitting = await forPlatform(wanted === undefined ? data.images : named, platform);
  if (fitting.length > 0) return fitting;
  const known = new Set(named.flatMap((image) => (image.platform ? [platformName(image.platform)] : [])));
  throw new UsageError(
    `no image is for ${plain(platform, 100)}; the file has ${[...known].map((name) => plain(name, 100)).join(", ") || "none with a platform"}`,
  );
}

/** The one image that is meant; where several could be, the first that is complete, and that is said. */
export async function chooseImage(
  data: ArchiveData,
  { args, terminal }: Run,
  wanted = args.text("image"),
): Promise<ImageData> {
  const fitting = await chooseImages(data, wanted, args.text("platform"));
  const complete = fitting.filter(({ presence, role }) => presence === "complete" && role === "image");
  const own = complete.filter(({ platform }) => platform?.architecture === goName(arch));
  const chosen = own[0] ?? complete[0] ?? fitting[0];
  if (!chosen) throw new UsageError("no image fits");
  if (chosen.presence === "absent")
    throw new LayerglassError({
      kind: "not_found",
      code: "image-absent",
      message: "the file only names this image: it does not hold it",
      ...(chosen.manifestDigest !== undefined && { path: chosen.manifestDigest }),
    });
  if (fitting.length > 1 && !args.has("quiet"))
    await terminal.error.line(
      `layerglass: image ${chosen.index + 1} of ${data.images.length}, ${label(chosen)}; others with --image or --platform`,
    );
  return chosen;
}

/** Name and platform of an image. */
export function label(image: ImageData): string {
  const title = plain(image.familiarNames[0] ?? imageTitle(image), 200);
  const platform = image.platform ? plain(platformName(image.platform), 100) : "";
  return platform === "" || title === platform ? title : `${title} (${platform})`;
}

/** What this machine's architecture is called in images. */
function goName(name: string): string {
  return { x64: "amd64", ia32: "386" }[name] ?? name;
}

function inFile({ images }: ArchiveData): ImageData[] {
  const there = images.filter(({ presence }) => presence !== "absent");
  const proper = there.filter(({ role }) => role === "image" || role === "rootfs");
  return [proper, there, images].find(({ length }) => length > 0) as ImageData[];
}

function byName({ images }: ArchiveData, wanted: string): ImageData[] {
  if (/^\d{1,9}$/.test(wanted)) {
    const image = images[Number(wanted) - 1];
    if (image) return [image];
    // A short id may be all digits.
    if (wanted.length < 4) throw unknown(images, wanted);
  }
  const fits = [
    ({ names, familiarNames, refNames }: ImageData) =>
      [...names, ...familiarNames, ...refNames].includes(wanted),
    ({ familiarNames }: ImageData) => familiarNames.includes(`${wanted}:latest`),
    ({ id, manifestDigest, indexes }: ImageData) =>
      [id, manifestDigest, ...indexes].some((digest) => digest === wanted || isShort(wanted, digest)),
  ];
  for (const fit of fits) {
    const found = images.filter(fit);
    const there = found.filter(({ presence }) => presence !== "absent");
    if (found.length > 0) return there.length > 0 ? there : found;
  }
  throw unknown(images, wanted);
}

/** Is it the beginning of the digest's hex digits? */
function isShort(wanted: string, digest: string | undefined): boolean {
  const hex = wanted.startsWith("sha256:") ? wanted.slice("sha256:".length) : wanted;
  return /^[\da-f]{4,}$/.test(hex) && digest?.slice(digest.indexOf(":") + 1).startsWith(hex) === true;
}

function unknown(images: readonly ImageData[], wanted: string): UsageError {
  const first = images.slice(0, 10).map((image) => `${image.index + 1}: ${label(image)}`);
  const more = images.length > first.length ? `, and ${images.length - first.length} more` : "";
  return new UsageError(`the file has no image “${plain(wanted, 200)}”; it has ${first.join(", ")}${more}`);
}

async function forPlatform(images: readonly ImageData[], text: string): Promise<ImageData[]> {
  const { Platform } = await import("../index.node.js");
  let wanted: PlatformData;
  try {
    wanted = Platform.parse(text);
  } catch (thrown) {
    throw new UsageError(`--platform: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const there = images.filter(({ role }) => role === "image");
  for (const rule of ["none", "compatible"] as const) {
    const found = there.filter(
      ({ platform }) => platform !== undefined && Platform.matches(wanted, platform, { rule }),
    );
    const present = found.filter(({ presence }) => presence !== "absent");
    if (found.length > 0) return present.length > 0 ? present : found;
  }
  return [];
}
