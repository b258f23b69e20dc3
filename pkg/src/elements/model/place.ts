import type { ImageData } from "../../archive.js";
import { platformName, shortDigest } from "../format/id.js";
import { plain } from "../format/text.js";
import { TABS, type TabId } from "../views/tabs.js";

/**
 * A place in an opened file. As text it is `IMAGE`, `IMAGE/TAB`, `IMAGE/LAYER` or `IMAGE/LAYER/PATH`, with each part
 * percent-encoded: an image's name, platform or id; the name of a tab; `all` or a layer's number from 1; a path in its files.
 */
export interface Place {
  readonly image?: string;
  readonly tab?: TabId;
  /** Position of a layer, or all together; with it the tab is `files`. */
  readonly layer?: number | "all";
  readonly path?: string;
}

/** Longer texts are not read as places. */
const MOST_TEXT = 16_384;

/**
 * The text of a place, as it stands behind the `#` of an address.
 *
 * @example
 * placeText({ image: "team/app:1", tab: "files", layer: 2, path: "etc/a b" }); // "team%2Fapp:1/3/etc/a%20b"
 */
export function placeText({ image, tab, layer, path }: Place): string {
  if (image === undefined) return "";
  if (tab === "files" || layer !== undefined) {
    const number = layer === undefined || layer === "all" ? "all" : String(layer + 1);
    return [image, number, ...(path ? path.split("/") : [])].map(encode).join("/");
  }
  return [image, ...(tab === undefined || tab === "overview" ? [] : [tab])].map(encode).join("/");
}

/** Reads the text of a place, with or without its `#`. What cannot be read of it is left out. */
export function readPlace(text: string): Place {
  const fragment = text.startsWith("#") ? text.slice(1) : text;
  if (fragment === "" || fragment.length > MOST_TEXT) return {};
  const [image = "", where, ...path] = fragment.split("/").map(decode);
  if (image === "") return {};
  if (where === undefined || where === "") return { image };
  if (where === "all" || /^[1-9]\d{0,6}$/.test(where)) {
    const layer = where === "all" ? where : Number(where) - 1;
    const wanted = path.join("/").replace(/^\/+|\/+$/g, "");
    return { image, tab: "files", layer, ...(wanted !== "" && { path: wanted }) };
  }
  const tab = TABS.find(({ id }) => id === where)?.id;
  return tab ? { image, tab } : { image };
}

/** The image that is meant: one that the file holds before one that it only names. */
export function findImage(name: string, images: readonly ImageData[]): ImageData | undefined {
  const meant = images.filter((image) => isMeant(name, image));
  return meant.find(({ presence }) => presence !== "absent") ?? meant[0];
}

/** The shortest name by which no other image of the file is meant. */
export function imageName(image: ImageData, images: readonly ImageData[]): string {
  const [name] = image.familiarNames;
  const platform = platformOf(image);
  const candidates = [
    name,
    ...image.refNames.slice(0, 1),
    platform,
    name && platform && `${name}@${platform}`,
    ...[image.id, image.manifestDigest].flatMap((id) => (id ? [head(id), id] : [])),
  ];
  const others = images.filter((other) => other.index !== image.index);
  const alone = candidates.find(
    (candidate) => candidate && candidate.length < 500 && !others.some((other) => isMeant(candidate, other)),
  );
  return alone ?? `image-${image.index + 1}`;
}

function isMeant(name: string, image: ImageData): boolean {
  const { familiarNames, names, refNames, id, manifestDigest } = image;
  if (familiarNames.includes(name) || names.includes(name) || refNames.includes(name)) return true;
  const platform = platformOf(image);
  if (platform !== undefined && name.endsWith(platform)) {
    if (name === platform) return true;
    return familiarNames.includes(name.slice(0, -platform.length - 1));
  }
  if (name === `image-${image.index + 1}`) return true;
  return /^\w+:[0-9a-f]{6,}$/.test(name) && [id, manifestDigest].some((each) => each?.startsWith(name));
}

function platformOf({ platform, role }: ImageData): string | undefined {
  return platform && platform.os !== "unknown" && role === "image" ? platformName(platform) : undefined;
}

function head(id: string): string {
  return id.slice(0, id.indexOf(":") + 13);
}

/** What of a link does not fit an opened file, in words; `undefined` when all of it does. */
export function misfit(place: Place, image: ImageData | undefined): string | undefined {
  if (place.image === undefined) return undefined;
  if (!image) {
    const name = place.image.length > 80 ? shortDigest(place.image, 40, 10) : place.image;
    return `The link leads to “${plain(name, 200)}”, which this file does not have.`;
  }
  if (typeof place.layer === "number" && place.layer >= image.layers.length)
    return `The link leads to layer ${place.layer + 1}, but this image has ${image.layers.length === 1 ? "one layer" : `${image.layers.length} layers`}.`;
  return undefined;
}

/** Percent-encoded, except for what stands in names and is allowed there. */
function encode(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, "\ufffd")).replace(
    /%(?:3A|40|2B|2C|3D)/g,
    decodeURIComponent,
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A place in words, for those who have not opened its file yet. */
export function placeWords({ image = "", tab, layer, path }: Place): string {
  const where = path
    ? `the path ${plain(path, 200)}`
    : typeof layer === "number"
      ? `layer ${layer + 1}`
      : (TABS.find(({ id }) => id === tab)?.name ?? "");
  return where === "" ? `“${plain(image, 200)}”` : `${where} of “${plain(image, 200)}”`;
}
