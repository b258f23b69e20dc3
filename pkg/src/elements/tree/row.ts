import { html, nothing, type TemplateResult } from "lit";
import type { TreeRow } from "../../archive.js";
import { modeText } from "../format/id.js";
import { exactSize, humanSize } from "../format/size.js";
import { plain } from "../format/text.js";
import { exactSeconds, shortSeconds } from "../format/time.js";
import { ICONS } from "../ui/icons.js";
import { shown } from "../ui/text.js";
import { changeText, KIND, SIGN } from "./describe.js";

/** Deeper levels are not indented further, or the names of a deep tree would leave the screen. */
const DEEPEST_INDENT = 14;

const ICON = {
  file: ICONS.file,
  directory: ICONS.directory,
  symlink: ICONS.symlink,
  char: ICONS.device,
  block: ICONS.device,
  fifo: ICONS.fifo,
} as const;

/** Where a row is drawn and what is true of it at the moment. */
export interface RowPlace {
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  /** Is it a row of a flat list, with its whole path? */
  readonly flat: boolean;
}

/** One row of the tree, with all that assistive technology needs to know of its place. */
export function treeRow(row: TreeRow, place: RowPlace): TemplateResult {
  const folder = row.kind === "directory" && row.children > 0;
  const indent = Math.min(row.depth, DEEPEST_INDENT);
  const sign = SIGN[row.change];
  const size = row.kind === "directory" ? row.totalSize : row.size;
  const sized = row.kind === "directory" || row.kind === "file";
  return html`<div class="row ${row.change}" role="row" id="row-${place.index}" data-index=${place.index}
      aria-rowindex=${place.index + 2} aria-level=${row.depth + 1} aria-setsize=${row.siblings} aria-posinset=${row.position}
      aria-expanded=${folder ? row.expanded : nothing} aria-selected=${place.active}
      .style=${`transform: translateY(${place.top}px); --indent: ${indent}`}>
    <span class="cell name" role="gridcell">
      <span class="sign-cell" title=${sign.word}>${sign.sign === "" ? nothing : html`<span aria-hidden="true">${sign.sign}</span><span class="unseen">${sign.word}: </span>`}</span>
      <span class="twisty ${row.expanded ? "open" : ""}">${folder ? ICONS.chevron : nothing}</span>
      ${row.depth > DEEPEST_INDENT ? html`<span class="depth" title="Level ${row.depth + 1}">${row.depth + 1}</span>` : nothing}
      <span class="kind ${row.kind}" title=${KIND[row.kind]}>${ICON[row.kind]}</span>
      ${place.flat ? folderOf(row) : nothing}<span class="text" title=${plain(row.path)}>${shown(row.name, 300)}${row.nameBytes ? html`<span class="raw" title="The name is not UTF-8">not UTF-8</span>` : nothing}${row.target === undefined ? nothing : html`<span class="target"> → ${shown(row.target, 300)}</span>`}</span>
    </span>
    <span class="cell change" role="gridcell">${changeText(row)}</span>
    <span class="cell size num" role="gridcell" title=${sized ? exactSize(size) : nothing}>${sized ? humanSize(size) : row.device ? `${row.device[0]}, ${row.device[1]}` : ""}</span>
    <span class="cell mode" role="gridcell" title=${row.implied ? nothing : `0${(row.mode & 0o7777).toString(8)}`}>${row.implied ? nothing : modeText(row.mode)}</span>
    <span class="cell owner" role="gridcell" title=${row.implied ? nothing : `${row.uid}:${row.gid}`}>${row.implied ? nothing : shown(row.owner || `${row.uid}`, 60)}</span>
    <span class="cell mtime num" role="gridcell" title=${exactSeconds(row.mtime)}>${row.implied ? "" : shortSeconds(row.mtime)}</span>
    <span class="cell layer" role="gridcell" title=${`Written by layer ${row.layer + 1}`}>${row.implied ? nothing : html`<span class="swatch" .style=${`--tint: var(--stratum-${row.layer % 8})`}>${row.layer + 1}</span>`}</span>
  </div>`;
}

/** The path before a name, which may be cut where there is little room, so that the name is not. */
function folderOf(row: TreeRow): TemplateResult | typeof nothing {
  const folder = row.path.slice(0, row.path.length - row.name.length);
  return folder === "" ? nothing : html`<span class="folder">${shown(folder, 300)}</span>`;
}

/** A row that has not arrived yet. */
export function waitingRow(place: RowPlace): TemplateResult {
  return html`<div class="row waiting" role="row" id="row-${place.index}" aria-rowindex=${place.index + 2} aria-busy="true" aria-selected=${place.active}
      .style=${`transform: translateY(${place.top}px); --indent: 0`}>
    <span class="cell name" role="gridcell"><span class="unseen">loading</span></span>
  </div>`;
}
