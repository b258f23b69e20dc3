import type { Size } from "../../archive.js";
import type { PackageData, PackageKind } from "../../inspect/types.js";
import { line } from "../../report/csv.js";
import { addSizes } from "../format/size.js";

/** What the kinds are called. */
export const PACKAGE_KINDS: Readonly<Record<PackageKind, string>> = {
  deb: "Debian",
  apk: "Alpine",
  rpm: "RPM",
  python: "Python",
  node: "Node",
  ruby: "Ruby",
  java: "Java",
  go: "Go",
  rust: "Rust",
};

/** The name, with the group of a Java package. */
export function packageName({ group, name }: PackageData): string {
  return group ? `${group}:${name}` : name;
}

/** What packages are narrowed down by. */
export interface PackageFilter {
  /** Part of the name, version, licence or source; case does not matter. */
  readonly text: string;
  readonly kind: PackageKind | "all";
  readonly layer: number | "all";
}

/** The packages that a filter lets through. */
export function filterPackages(
  packages: readonly PackageData[],
  { text, kind, layer }: PackageFilter,
): readonly PackageData[] {
  const word = text.trim().toLowerCase();
  return packages.filter(
    (each) =>
      (kind === "all" || each.kind === kind) &&
      (layer === "all" || each.layer === layer) &&
      (word === "" ||
        [packageName(each), each.version, each.license, each.source?.name].some((part) =>
          part?.toLowerCase().includes(word),
        )),
  );
}

/** The packages of one layer. */
export interface LayerPackages {
  readonly layer: number;
  readonly count: number;
  readonly size: Size;
}

/** How many packages each layer brought, and what their files take. */
export function packagesByLayer(packages: readonly PackageData[]): readonly LayerPackages[] {
  const layers = new Map<number, PackageData[]>();
  for (const each of packages) {
    const known = layers.get(each.layer);
    if (known) known.push(each);
    else layers.set(each.layer, [each]);
  }
  return [...layers]
    .sort(([a], [b]) => a - b)
    .map(([layer, each]) => ({ layer, count: each.length, size: addSizes(each.map(({ size }) => size)) }));
}

/** Packages as comma-separated values, with the layer as people count it. */
export function packagesCsv(packages: readonly PackageData[]): string {
  const names = ["kind", "name", "version", "architecture", "license", "bytes", "files", "layer", "purl"];
  const rows = packages.map((each) => [
    each.kind,
    packageName(each),
    each.version,
    each.architecture,
    each.license,
    each.size,
    each.fileCount,
    each.layer + 1,
    each.purl,
  ]);
  return [names, ...rows].map(line).join("");
}
