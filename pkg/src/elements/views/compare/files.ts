import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import type { ErrorData, FileTree, TreeFilter, TreeRow } from "../../../archive.js";
import type { Comparison } from "../../../inspect.js";
import { errorAdvice, errorData } from "../../format/error.js";
import { exactSize, groupDigits, humanSize } from "../../format/size.js";
import { plain } from "../../format/text.js";
import type { Side } from "../../model/comparison.js";
import { fileBytes } from "../../preview/bytes.js";
import { DiffEvent, PreviewEvent } from "../../preview/events.js";
import { changeText, KIND, SIGN } from "../../tree/describe.js";
import type { RowEvent, TreeErrorEvent } from "../../tree/events.js";
import "../../tree/tree.js";
import { chosenIn, fields } from "../../ui/fields.js";
import { ICONS } from "../../ui/icons.js";
import { card, shared } from "../../ui/styles.js";
import { tableStyles } from "../../ui/table.styles.js";
import { shown } from "../../ui/text.js";
import { RevealEvent } from "../events.js";

/** Folders are opened until so many rows are seen. */
const OPENED = 100;
/** Rows of the list that are fetched at once. */
const PORTION = 100;
/** The list is searched so many milliseconds after the last key. */
const PAUSE = 150;

/** Which differences are shown. */
const FILTERS = {
  all: { name: "All", filter: {} },
  added: { name: "Added", filter: { changes: ["added"] } },
  removed: { name: "Removed", filter: { changes: ["removed"] } },
  changed: { name: "Contents, kind or target", filter: { aspects: ["contents", "type", "target"] } },
  attributes: { name: "Mode, owner or attributes", filter: { aspects: ["mode", "owner", "xattrs"] } },
} as const satisfies Record<string, { name: string; filter: TreeFilter }>;

type FilterId = keyof typeof FILTERS;
type ListOrder = "path" | "size" | "change";

/** The paths that differ between two images, as a tree or as a list, and what can be seen of one of them. */
@customElement("layerglass-compare-files")
export class CompareFilesElement extends LitElement {
  static override styles = [
    shared,
    card,
    fields,
    tableStyles,
    css`
      :host { container-type: inline-size; display: grid; gap: 0.6rem; min-width: 0; }
      .tree { display: grid; overflow: hidden; }
      .tree layerglass-tree { min-height: 0; }
      .switch { display: inline-flex; padding: 2px; border-radius: var(--radius-small); background: var(--sunken); }
      .switch button { min-height: 1.75rem; padding: 0 0.7rem; border: 0; border-radius: 4px; background: none; color: var(--muted); font-weight: 500; cursor: pointer; }
      .switch button[aria-pressed="true"] { background: var(--raised); color: var(--text); box-shadow: 0 1px 2px rgb(0 0 0 / 15%); }
      .chosen { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; padding: 0.6rem 0.9rem; }
      .chosen p { flex: 1 1 18rem; min-width: 0; overflow-wrap: anywhere; }
      .chosen .actions { margin: 0; }
      .counts { display: flex; flex-wrap: wrap; gap: 0.15rem 1.25rem; font-size: var(--small); }
      .counts b { margin-inline-end: 0.3em; font-family: var(--mono); }
      .added b { color: var(--ok); } .modified b { color: var(--warn); } .removed b { color: var(--bad); }
      @media (forced-colors: active) { .switch button[aria-pressed="true"] { outline: 2px solid Highlight; } }
    `,
  ];

  @property({ attribute: false }) comparison!: Comparison;
  /** The images: before and after. */
  @property({ attribute: false }) sides!: readonly [Side, Side];
  /** Which of them is the image that the inspector shows. */
  @property({ attribute: false }) own: "before" | "after" = "after";
  @state() private form: "tree" | "list" = "tree";
  @state() private text = "";
  @state() private filter: FilterId = "all";
  @state() private order: ListOrder = "path";
  @state() private tree: FileTree | undefined;
  @state() private rows: readonly TreeRow[] = [];
  @state() private row: TreeRow | undefined;
  @state() private error: ErrorData | undefined;
  /** Grows whenever the tree's rows are others than before. */
  @state() private edition = 0;
  /** Grows with each wish, so that only the last one counts. */
  #asked = 0;
  #timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this> & Map<string, unknown>): void {
    if (changed.has("comparison")) {
      this.text = "";
      this.filter = "all";
      this.tree = undefined;
      this.row = undefined;
      void this.apply(true);
    } else if (["form", "text", "filter", "order"].some((name) => changed.has(name))) {
      void this.apply(false);
    }
  }

  /** Brings the tree's rows to what is wanted. */
  private async apply(fresh: boolean): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const { form, text, filter, order } = this;
    this.error = undefined;
    try {
      const tree = await this.comparison.tree();
      const isList = form === "list";
      await tree.setFlat(isList);
      await tree.sort(isList ? order : "name", isList && order === "size");
      await tree.filter({ ...FILTERS[filter].filter, ...(text !== "" && { text }) });
      if (!isList && (fresh || text === "")) await tree.expandAll(OPENED);
      const rows = isList ? await tree.page(0, PORTION) : [];
      if (asked !== this.#asked) return;
      this.rows = rows;
      this.tree = tree;
      this.edition += 1;
    } catch (thrown) {
      const error = errorData(thrown);
      if (asked === this.#asked && error.kind !== "aborted") this.error = error;
    }
  }

  override render() {
    return html`
      ${this.counts()}
      <div class="bar">
        <div class="switch" role="group" aria-label="Form">${(["tree", "list"] as const).map(
          (form) =>
            html`<button type="button" aria-pressed=${this.form === form} @click=${() => {
              this.form = form;
            }}>${form === "tree" ? "Tree" : "List"}</button>`,
        )}</div>
        <label class="fill"><span class="unseen">Find differences by path</span><input type="search" placeholder="Find by path" maxlength="1000" autocomplete="off" spellcheck="false" .value=${this.text} @input=${this.typed}></label>
        <label>Show <select @change=${(event: Event) => {
          this.filter = chosenIn(event) as FilterId;
        }}>${Object.entries(FILTERS).map(([id, { name }]) => html`<option value=${id} ?selected=${id === this.filter}>${name}</option>`)}</select></label>
        ${
          this.form === "list"
            ? html`<label>Sort by <select @change=${(event: Event) => {
                this.order = chosenIn(event) as ListOrder;
              }}><option value="path" ?selected=${this.order === "path"}>path</option><option value="change" ?selected=${this.order === "change"}>change</option><option value="size" ?selected=${this.order === "size"}>size</option></select></label>`
            : nothing
        }
      </div>
      ${this.chosen()}
      <div @layerglass-row=${this.rowChosen} @layerglass-tree-error=${this.treeFailed}>${this.content()}</div>
    `;
  }

  private counts(): TemplateResult {
    const { files } = this.comparison.data;
    const taking = (count: number, ...bytes: TemplateResult[]) => (count === 0 ? nothing : bytes);
    return html`<p class="counts">
      <span class="added"><b aria-hidden="true">+</b>${groupDigits(files.added)} added${taking(files.added, html`, ${size(files.addedBytes)}`)}</span>
      <span class="removed"><b aria-hidden="true">−</b>${groupDigits(files.removed)} removed${taking(files.removed, html`, ${size(files.removedBytes)}`)}</span>
      <span class="modified"><b aria-hidden="true">~</b>${groupDigits(files.changed)} changed${taking(files.changed, html`, ${size(files.changedBytesBefore)} before and ${size(files.changedBytesAfter)} after`)}</span>
      <span class="muted">${groupDigits(files.metadata)} only in mode, owner, time or attributes</span>
      <span class="muted">${groupDigits(files.same)} the same</span>
    </p>`;
  }

  private content(): TemplateResult {
    const { tree, error } = this;
    if (error)
      return html`<p role="alert" class="card nothing">${shown(error.message, 500)} ${errorAdvice(error)}</p>`;
    if (!tree) return html`<p class="card nothing muted" aria-busy="true">One moment…</p>`;
    if (tree.length === 0)
      return html`<p class="card nothing muted" role="status">${this.text !== "" || this.filter !== "all" ? "No difference fits." : "All paths are the same."}</p>`;
    if (this.form === "list") return this.list(tree);
    // Few rows need little room; folders can still be opened.
    const height = `height: clamp(12rem, ${tree.length + 3} * 2rem, 28rem)`;
    return html`<div class="card tree" .style=${height}>${keyed(this.edition, html`<layerglass-tree label="Paths that differ" .tree=${tree}></layerglass-tree>`)}</div>`;
  }

  private list(tree: FileTree): TemplateResult {
    const rest = tree.length - this.rows.length;
    return html`<div class="card"><table>
      <caption class="unseen">Paths that differ</caption>
      <thead><tr><th scope="col">Path</th><th scope="col">Change</th><th scope="col" class="end">Size</th></tr></thead>
      <tbody>${this.rows.map(
        (row) => html`<tr>
        <td><button type="button" class="link mono" aria-pressed=${row.id === this.row?.id} @click=${() => {
          this.row = row;
        }}>${shown(row.path, 1000)}</button></td>
        <td class="change"><span aria-hidden="true">${SIGN[row.change].sign} </span>${changeText(row)}</td>
        <td class="end num">${row.kind === "file" ? size(row.size) : KIND[row.kind]}</td>
      </tr>`,
      )}</tbody>
    </table>
    ${rest > 0 ? html`<div class="more"><button type="button" class="button slim" @click=${this.more}>Show more (${groupDigits(rest)} left)</button></div>` : nothing}</div>`;
  }

  /** The chosen path, and what there is to see of it. */
  private chosen(): TemplateResult | typeof nothing {
    const { row } = this;
    if (!row) return nothing;
    const wasThere = row.change !== "added";
    const isThere = row.change !== "removed";
    const isFile = row.kind === "file";
    // A row tells of the kind that the path has now: whether it was a file is known where only its contents changed.
    const wasFile = row.change === "removed" ? isFile : wasThere && isFile && !row.aspects.includes("type");
    const both = isFile && wasFile && isThere;
    const isOwn = this.own === "after" ? isThere : wasThere;
    return html`<div class="card chosen" role="group" aria-label="The chosen path">
      <p><strong class="mono">/${shown(row.path, 1000)}</strong><br><span class="muted small">${row.change === "unchanged" ? `${KIND[row.kind]}, unchanged` : `${KIND[row.kind]}, ${changeText(row)}`}</span></p>
      <div class="actions">
        ${both && row.change === "modified" ? html`<button type="button" class="button slim primary" @click=${() => this.dispatchEvent(new DiffEvent(this.bytes("before", row), this.bytes("after", row)))}>Show the difference</button>` : nothing}
        ${wasFile ? html`<button type="button" class="button slim" @click=${() => this.dispatchEvent(new PreviewEvent(this.bytes("before", row)))}>${ICONS.search} Before</button>` : nothing}
        ${isFile && isThere ? html`<button type="button" class="button slim" @click=${() => this.dispatchEvent(new PreviewEvent(this.bytes("after", row)))}>${ICONS.search} After</button>` : nothing}
        ${isOwn ? html`<button type="button" class="button slim" @click=${() => this.dispatchEvent(new RevealEvent("all", row.path))}>Show in the files</button>` : nothing}
        <button type="button" class="button slim square quiet" title="Close" @click=${() => {
          this.row = undefined;
        }}>${ICONS.cross}<span class="unseen">Close</span></button>
      </div>
    </div>`;
  }

  private bytes(which: "before" | "after", { path }: TreeRow) {
    const { archive, image } = this.sides[which === "before" ? 0 : 1];
    const { names } = this.comparison.data[which];
    const of = names[0] ? ` in ${plain(names[0], 100)}` : "";
    return fileBytes(archive, { image, path }, `${which}${of}`);
  }

  private readonly more = async (): Promise<void> => {
    const { tree, edition } = this;
    const rows = await tree?.page(this.rows.length, PORTION * 5);
    if (rows && edition === this.edition) this.rows = [...this.rows, ...rows];
  };

  private readonly typed = (event: Event): void => {
    const text = chosenIn(event);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.text = text;
    }, PAUSE);
  };

  private readonly rowChosen = (event: RowEvent): void => {
    // Passing over rows keeps an open description up to date, but does not open one.
    if (event.row && (event.opened || this.row)) this.row = event.row;
  };

  private readonly treeFailed = (event: TreeErrorEvent): void => {
    this.error = errorData(event.error);
  };
}

function size(bytes: number | bigint): TemplateResult {
  return html`<span class="num" title=${exactSize(bytes)}>${humanSize(bytes)}</span>`;
}
