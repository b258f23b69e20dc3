import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ErrorData } from "../../archive.js";
import { errorData } from "../format/error.js";
import { count, exactSize, groupDigits, humanSize } from "../format/size.js";
import { commandFor, pressOf } from "../keys/bindings.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import type { ByteSource, SomeBytes } from "./bytes.js";
import { type Decoded, decodeText } from "./decode.js";
import {
  coarse,
  type Difference,
  difference,
  firstDifference,
  HEX_COLUMNS,
  hexDifference,
} from "./diff-model.js";
import "./diff-rows.js";
import type { DiffRowsElement } from "./diff-rows.js";
import { PREVIEW_KEYS } from "./keys.js";
import { PREVIEW_LIMITS } from "./limits.js";
import { previewStyles } from "./preview.styles.js";
import { RowsElement } from "./rows.js";
import { inWorker } from "./work.js";

/** From this width on, in CSS pixels, two texts have room side by side. */
const WIDE = 900;
/** Rows of equal bytes that are shown before the first that differ. */
const HEX_ROWS_BEFORE = 16;

/** Two files, and what came of comparing them. */
interface Outcome {
  readonly before: SomeBytes;
  readonly after: SomeBytes;
  /** Both were read to their ends. */
  readonly isWhole: boolean;
  readonly isText: boolean;
  /** The first byte that differs, among those that were read. */
  readonly first?: number;
  readonly difference?: Difference;
  /** Bytes at the beginning that a comparison in hex leaves out. */
  readonly base: number;
  /** How texts differ besides their lines. */
  readonly ends?: string;
  /** There are more lines than are compared. */
  readonly isCut?: boolean;
}

/**
 * What differs between two texts, line by line and within lines, or between other files, byte by byte. `n` and `p` go to the
 * next change and back. Tells `layerglass-close` when it is to be closed.
 */
@customElement("layerglass-diff")
export class DiffElement extends LitElement {
  static override styles = [shared, emptyStyles, previewStyles];

  /** What it was. */
  @property({ attribute: false }) earlier?: ByteSource;
  /** What it became. */
  @property({ attribute: false }) later?: ByteSource;
  @state() private outcome: Outcome | undefined;
  @state() private error: ErrorData | undefined;
  @state() private isWide = false;
  @state() private wantsSplit = true;
  @state() private at = -1;
  @query("layerglass-diff-rows") private rows?: DiffRowsElement;
  private work: AbortController | undefined;
  private readonly resize = new ResizeObserver(() => {
    this.isWide = this.clientWidth >= WIDE;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
    this.addEventListener("keydown", this.key);
    if (this.hasUpdated) this.requestUpdate("earlier", undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
    this.work?.abort();
    this.outcome = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("earlier") || changed.has("later")) void this.load();
  }

  private async load(): Promise<void> {
    this.work?.abort();
    this.outcome = undefined;
    this.error = undefined;
    this.at = -1;
    const { earlier, later } = this;
    if (!earlier || !later) return;
    const work = new AbortController();
    this.work = work;
    try {
      // One after the other: both are read by the same worker.
      const left = await earlier.read(PREVIEW_LIMITS.diffBytes, work.signal);
      const right = await later.read(PREVIEW_LIMITS.diffBytes, work.signal);
      const outcome = await compare(left, right, work.signal);
      if (this.work !== work) return;
      this.outcome = outcome;
      await this.focusContents();
    } catch (thrown) {
      if (this.work === work) this.error = errorData(thrown);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { earlier, later, outcome } = this;
    if (!earlier || !later) return nothing;
    const name = later.path.split("/").at(-1) ?? "";
    return html`<header>
        <button type="button" class="button quiet square slim back" title="Back" @click=${this.close}>${ICONS.back}<span class="unseen">Back</span></button>
        <div>
          <h2>${shown(name, 300)}</h2>
          <p class="of">${this.side(earlier, outcome?.before)} <span aria-hidden="true">→</span><span class="unseen">compared with</span> ${this.side(later, outcome?.after)}</p>
        </div>
        <button type="button" class="button quiet square slim cross" title="Close" @click=${this.close}>${ICONS.cross}<span class="unseen">Close</span></button>
      </header>
      <div class="bar">${outcome?.difference ? this.bar(outcome.difference) : nothing}</div>
      <div class="body">${this.body()}</div>
      <footer>${outcome ? this.foot(outcome) : nothing}</footer>`;
  }

  private side({ path, label }: ByteSource, read: SomeBytes | undefined): TemplateResult {
    const other =
      this.earlier?.path === this.later?.path
        ? nothing
        : html`<span class="mono">${shown(`/${path}`, 500)}</span>, `;
    return html`${other}${label}${read ? html` (<span class="num" title=${exactSize(read.size)}>${humanSize(read.size)}</span>)` : nothing}`;
  }

  private bar({ changes, added, removed }: Difference): TemplateResult {
    const { isWide, wantsSplit, at } = this;
    return html`${
      isWide
        ? html`<div class="switch" role="group" aria-label="How it is shown">
        <button type="button" aria-pressed=${wantsSplit} @click=${() => {
          this.wantsSplit = true;
        }}>Side by side</button>
        <button type="button" aria-pressed=${!wantsSplit} @click=${() => {
          this.wantsSplit = false;
        }}>One below the other</button>
      </div>`
        : nothing
    }
      <button type="button" class="button slim" title="Key: p" ?disabled=${changes === 0} @click=${() => this.go(-1)}>Previous change</button>
      <button type="button" class="button slim" title="Key: n" ?disabled=${changes === 0} @click=${() => this.go(1)}>Next change</button>
      <span class="places num" role="status">${at < 0 ? count(changes, "change") : `Change ${groupDigits(at + 1)} of ${groupDigits(changes)}`}</span>
      <span class="places num end">${this.outcome?.isText ? html`${count(added, "line")} added, ${count(removed, "line")} removed` : nothing}</span>`;
  }

  private body(): TemplateResult {
    const { error, outcome } = this;
    if (error)
      return empty(
        ICONS.error,
        "These cannot be compared",
        shown(error.message, 500),
        html`<button type="button" class="button" @click=${() => this.load()}>Try again</button>`,
      );
    if (!outcome) return empty(ICONS.pending, "One moment", "Both are being read and compared.");
    if (outcome.difference?.changes === 0)
      return empty(
        ICONS.info,
        "No line differs",
        outcome.ends ?? "They differ beyond the lines that are compared.",
      );
    if (!outcome.difference) {
      const words = outcome.isWhole
        ? "They are the same, byte by byte."
        : "As far as they were read, they are the same.";
      return empty(ICONS.check, "No difference", words);
    }
    return html`<layerglass-diff-rows label="Differences" .difference=${outcome.difference} .at=${this.at} ?split=${this.isWide && this.wantsSplit} ?hex=${!outcome.isText} .base=${outcome.base}></layerglass-diff-rows>`;
  }

  private foot({ isText, isWhole, isCut, first, ends, difference }: Outcome): TemplateResult {
    return html`<span>${isText ? "Text" : "No text: compared byte by byte"}</span>
      ${first === undefined ? nothing : html`<span>The first difference is at byte <span class="num">${groupDigits(first)}</span></span>`}
      ${difference?.compared.isCoarse ? html`<span class="cut">They differ too much to be compared line by line in the time there is.</span>` : nothing}
      ${ends === undefined ? nothing : html`<span>${ends}</span>`}
      ${isCut ? html`<span class="cut">Only the first ${groupDigits(PREVIEW_LIMITS.lines)} lines of each are compared.</span>` : nothing}
      ${isWhole ? nothing : html`<span class="cut">Only the first ${humanSize(PREVIEW_LIMITS.diffBytes)} of each are compared.</span>`}`;
  }

  private async go(by: number): Promise<void> {
    const changes = this.outcome?.difference?.changes ?? 0;
    if (changes === 0) return;
    this.at = this.at < 0 && by < 0 ? changes - 1 : (this.at + by + changes) % changes;
    await this.updateComplete;
    await this.rows?.goTo(this.at);
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey) return;
    const command = commandFor(PREVIEW_KEYS, pressOf(event));
    if (!command) return;
    event.preventDefault();
    void this.go(command.by);
  };

  /** The button that closes it: the first thing there is. */
  override focus(): void {
    for (const button of this.renderRoot.querySelectorAll<HTMLElement>("header button"))
      if (button.offsetParent !== null) button.focus();
  }

  /** Once there is something to scroll, keys scroll it, unless the person has gone elsewhere meanwhile. */
  private async focusContents(): Promise<void> {
    await this.updateComplete;
    const { activeElement } = this.shadowRoot ?? {};
    const rows = this.renderRoot.querySelector(".body > *");
    if (activeElement?.closest("header") && rows instanceof RowsElement) await rows.focusRows();
  }

  private readonly close = (): void => {
    this.dispatchEvent(new Event("layerglass-close"));
  };
}

async function compare(before: SomeBytes, after: SomeBytes, signal: AbortSignal): Promise<Outcome> {
  const [wholeLeft, wholeRight] = [before, after].map(
    ({ bytes, size }) => BigInt(bytes.length) >= BigInt(size),
  );
  const isWhole = wholeLeft === true && wholeRight === true;
  const [left, right] = [
    decodeText(before.bytes, wholeLeft === true),
    decodeText(after.bytes, wholeRight === true),
  ];
  const isText = left !== undefined && right !== undefined;
  const first = firstDifference(before.bytes, after.bytes);
  const outcome = { before, after, isWhole, isText, base: 0, ...(first !== undefined && { first }) };
  if (first === undefined) return outcome;
  if (!isText) {
    // What is the same at the beginning is left out, but for a few rows.
    const base = Math.max(0, Math.floor(first / HEX_COLUMNS) - HEX_ROWS_BEFORE) * HEX_COLUMNS;
    const part = ({ bytes }: SomeBytes) => bytes.subarray(base, base + PREVIEW_LIMITS.diffHexBytes);
    return { ...outcome, base, difference: hexDifference(part(before), part(after)) };
  }
  const [one, two] = [lines(left.text), lines(right.text)];
  const { diffTime: time, diffWordCharacters: wordCharacters } = PREVIEW_LIMITS;
  const task = { do: "diff", before: one, after: two, time, wordCharacters } as const;
  const compared = await inWorker(task, time * 2, signal);
  const ends = endsWords(left, right);
  return {
    ...outcome,
    ...(ends !== undefined && { ends }),
    isCut: Math.max(one.length, two.length) >= PREVIEW_LIMITS.lines,
    difference: difference(one, two, compared ?? coarse(one, two)),
  };
}

/** The lines of a text, no more than the limit. What a line ends with besides a line feed stays with it: it may be what differs. */
function lines(text: string): string[] {
  const found = text.split("\n", PREVIEW_LIMITS.lines + 1);
  if (found.at(-1) === "" || found.length > PREVIEW_LIMITS.lines) found.pop();
  return found;
}

/** How texts differ whose lines are the same. */
function endsWords(left: Decoded, right: Decoded): string | undefined {
  if (left.encoding !== right.encoding) return `One is ${left.encoding}, the other ${right.encoding}.`;
  if (left.text.endsWith("\n") !== right.text.endsWith("\n"))
    return "Only one of them ends with a line feed.";
  return undefined;
}
