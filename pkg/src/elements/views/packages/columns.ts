import { html, type TemplateResult } from "lit";
import type { PackageData, PackageKind, RemovedPackageData } from "../../../inspect/types.js";
import { exactSize, groupDigits, humanSize } from "../../format/size.js";
import { type LayerPackages, PACKAGE_KINDS, packageName } from "../../model/packages.js";
import { commandText } from "../../ui/command.js";
import { layerMark } from "../../ui/layer-mark.js";
import type { Column } from "../../ui/table.js";
import { shown } from "../../ui/text.js";

type Go = (layer: number) => void;

/** Columns of packages. */
export function packageColumns(go: Go): readonly Column<PackageData>[] {
  return [
    { id: "name", name: "Name", grow: 36, by: packageName, cell: (each) => shown(packageName(each), 300) },
    kindColumn(),
    versionColumn(),
    {
      id: "license",
      name: "Licence",
      grow: 20,
      from: "wide",
      by: ({ license }) => license ?? "",
      cell: ({ license }) => (license ? shown(license, 120) : html`<span class="muted">–</span>`),
    },
    sizeColumn(),
    {
      id: "layer",
      name: "Layer",
      end: true,
      from: "medium",
      by: ({ layer }) => layer,
      cell: ({ layer }) => layerMark(layer, go),
    },
  ];
}

/** Columns of packages that are gone. */
export function removedColumns(go: Go): readonly Column<RemovedPackageData>[] {
  return [
    { id: "name", name: "Name", grow: 45, by: ({ name }) => name, cell: ({ name }) => shown(name, 300) },
    kindColumn(),
    versionColumn(),
    {
      id: "last",
      name: "Last in layer",
      end: true,
      from: "medium",
      by: ({ lastLayer }) => lastLayer,
      cell: ({ lastLayer }) => layerMark(lastLayer, go),
    },
    {
      id: "removed",
      name: "Removed by",
      end: true,
      by: ({ removedIn }) => removedIn ?? -1,
      cell: ({ removedIn }) =>
        removedIn === undefined
          ? html`<span class="muted" title="The database that listed it is no longer in the image">database gone</span>`
          : layerMark(removedIn, go),
    },
  ];
}

/** Columns of layers and what they brought; `narrow` lists the packages of one, `command` tells what made it. */
export function layerColumns(
  go: Go,
  narrow: Go,
  command: (layer: number) => string | undefined,
): readonly Column<LayerPackages>[] {
  return [
    {
      id: "layer",
      name: "Layer",
      by: ({ layer }) => layer,
      cell: ({ layer }) => layerMark(layer, go),
    },
    { id: "command", name: "Made by", grow: 60, cell: ({ layer }) => commandText(command(layer)) },
    {
      id: "count",
      name: "Packages",
      end: true,
      largestFirst: true,
      by: ({ count }) => count,
      cell: ({ count, layer }) =>
        html`<button type="button" class="link" @click=${() => narrow(layer)}>${groupDigits(count)}<span class="unseen"> packages of layer ${layer + 1}</span></button>`,
    },
    sizeColumn(),
  ];
}

function kindColumn<Row extends { readonly kind: PackageKind }>(): Column<Row> {
  return { id: "kind", name: "Kind", from: "wide", by: ({ kind }) => PACKAGE_KINDS[kind], cell: kindTag };
}

function versionColumn<Row extends { readonly version: string }>(): Column<Row> {
  return {
    id: "version",
    name: "Version",
    grow: 28,
    by: ({ version }) => version,
    cell: ({ version }) => shown(version, 200),
  };
}

function sizeColumn<Row extends { readonly size: number | bigint }>(): Column<Row> {
  return {
    id: "size",
    name: "Size",
    end: true,
    largestFirst: true,
    by: ({ size }) => size,
    cell: ({ size }) => html`<span title=${exactSize(size)}>${humanSize(size)}</span>`,
  };
}

function kindTag({ kind }: { readonly kind: PackageKind }): TemplateResult {
  return html`<span class="tag">${PACKAGE_KINDS[kind]}</span>`;
}
