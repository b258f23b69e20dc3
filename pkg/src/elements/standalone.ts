import { css, html, LitElement, nothing, type PropertyValues, render, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ArchiveInput, ErrorData, ImageData, RemoteFile } from "../archive.js";
import { errorData } from "./format/error.js";
import { humanSize } from "./format/size.js";
import { saveWanted } from "./model/save.js";
import type { Progress, ScanState } from "./model/scan-state.js";
import { shown } from "./ui/text.js";
import { tokens } from "./ui/tokens.js";
import { LayerEvent, SaveEvent, ScanEvent } from "./views/events.js";

/** What an element can show by itself: an address, anything that `openArchive` takes, or an archive that is open. */
export type Source = ArchiveInput | Archive;

/** What is known of a source at one moment. */
export interface Found {
  readonly archive: Archive;
  readonly data: ArchiveData;
  /** The image that was asked for; by default the first one. */
  readonly image: ImageData | undefined;
  readonly scan: ScanState;
}

/** What elements look like that stand in somebody else's page. */
export const standaloneStyles = css`
  :host([standalone]) {
    ${tokens}
    color: var(--text);
    background: var(--bg);
    font: 0.9375rem / 1.5 var(--sans);
    accent-color: var(--accent);
  }
  .standalone { margin: 0; padding: 1rem; overflow-wrap: anywhere; }
`;

/** The same with a height, for what scrolls by itself. */
export const standaloneHeight = css`
  :host([standalone]) { height: min(44rem, 85vh); overflow: auto; }
`;

/** How often a page is drawn anew while layers are scanned, at most, in milliseconds. */
const DRAWN_EVERY = 200;

/**
 * An element that shows an image by itself when it has a `src`: it opens and scans the file, closes it when it leaves the page, and
 * saves what its buttons offer. Without one its owner gives it what to show.
 */
export abstract class StandaloneElement extends LitElement {
  /** What to show: an address, a `File`, an `Archive`, … Only what is set as a property can be more than an address. */
  @property({ attribute: "src" }) src: Source | undefined;
  /** Position of the image in the file, where it holds several. */
  @property({ type: Number, attribute: "image-index" }) imageIndex: number | undefined;
  @state() private failure: ErrorData | undefined;
  @state() private opening: Progress | undefined;
  #archive: Archive | undefined;
  /** One that was given open stays so. */
  #isOwn = false;
  /** The source was looked at: from then on the element opens it whenever it comes into a page. */
  #hasLooked = false;
  /** What is shown; nothing until the file is open. */
  #found: Found | undefined;
  /** Ends what goes on for the source. */
  #work: AbortController | undefined;

  private get standalone(): boolean {
    return this.src !== undefined;
  }

  /** Can nothing be shown of a file that holds no image? */
  protected get needsImage(): boolean {
    return true;
  }

  /** Shows what is known. */
  protected abstract take(found: Found): void;

  /** A layer was chosen in the element. */
  protected pick(_layer: number | "all"): void {}

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener(SaveEvent.type, this.#save);
    this.addEventListener(ScanEvent.type, this.#scanAgain);
    this.addEventListener(LayerEvent.type, this.#pick);
    if (this.#hasLooked && this.src !== undefined && !this.#work) void this.#open(this.src);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener(SaveEvent.type, this.#save);
    this.removeEventListener(ScanEvent.type, this.#scanAgain);
    this.removeEventListener(LayerEvent.type, this.#pick);
    this.#close();
  }

  protected override shouldUpdate(changed: PropertyValues<this>): boolean {
    if (changed.has("src")) {
      // At once: what waits is drawn with it.
      this.toggleAttribute("standalone", this.standalone);
      this.#hasLooked = true;
      this.#close();
      if (this.src !== undefined && this.isConnected) void this.#open(this.src);
    } else if (changed.has("imageIndex") && this.#found) {
      this.#show(this.#found.scan);
    }
    if (!this.standalone || this.#found) return true;
    render(this.#waiting(), this.renderRoot, this.renderOptions);
    return false;
  }

  #close(): void {
    this.#work?.abort();
    this.#work = undefined;
    if (this.#isOwn) this.#archive?.close();
    this.#archive = this.#found = this.failure = this.opening = undefined;
  }

  async #open(source: Source): Promise<void> {
    const work = new AbortController();
    this.#work = work;
    const { signal } = work;
    try {
      const archive = isArchive(source) ? source : await this.#opened(source, work);
      if (signal.aborted) {
        if (archive !== source) archive.close();
        return;
      }
      this.#archive = archive;
      this.#isOwn = archive !== source;
      await this.#scan("xxh3", work);
    } catch (thrown) {
      const error = errorData(thrown);
      if (!signal.aborted) this.failure = error;
    }
  }

  async #opened(source: ArchiveInput, { signal }: AbortController): Promise<Archive> {
    const { openArchive } = await import("../archive.js");
    const input = typeof source === "string" || source instanceof URL ? await served(source, signal) : source;
    const onProgress = ({ bytes, total = 0 }: { bytes: number; total?: number }) => {
      if (!signal.aborted) this.opening = { bytes, total };
    };
    return openArchive(input, { signal, onProgress });
  }

  /** Scans what has not been scanned, or everything where contents are to be compared otherwise. */
  async #scan(contents: "xxh3" | "sha256", { signal }: AbortController): Promise<void> {
    const archive = this.#archive;
    if (!archive) return;
    const running: ScanState = { state: "running", progress: { bytes: 0, total: 0 }, contents };
    let drawn = 0;
    const show = (scan: ScanState, now = true) => {
      if (signal.aborted || (!now && performance.now() - drawn < DRAWN_EVERY)) return;
      drawn = performance.now();
      this.#show(scan);
    };
    show(running);
    try {
      await archive.scan({
        contents,
        signal,
        onProgress: ({ bytes, total = 0 }) => show({ ...running, progress: { bytes, total } }, false),
        onLayer: () => show(running),
      });
      show({ ...running, state: "done" });
    } catch (thrown) {
      show({ ...running, state: "failed", error: errorData(thrown) });
    }
  }

  #show(scan: ScanState): void {
    const archive = this.#archive;
    if (!archive) return;
    const { data } = archive;
    const first = data.images.find(({ role, presence }) => role === "image" && presence !== "absent");
    const image = data.images[this.imageIndex ?? first?.index ?? 0];
    if (!image && this.needsImage) {
      const message = `the file holds no image${this.imageIndex === undefined ? "" : ` ${this.imageIndex}`}`;
      this.#found = undefined;
      this.failure = { kind: "not_found", code: "image", message };
      return;
    }
    this.failure = undefined;
    this.#found = { archive, data, image, scan };
    this.take(this.#found);
    this.requestUpdate();
  }

  #waiting(): TemplateResult | typeof nothing {
    if (this.failure) {
      return html`<div class="standalone" role="alert">
        <p>This image cannot be shown: ${shown(this.failure.message, 500)}</p>
        <button type="button" class="button" @click=${this.#again}>Try again</button>
      </div>`;
    }
    const { bytes, total } = this.opening ?? { bytes: 0, total: 0 };
    const far = total > 0 ? html` ${humanSize(bytes)} of ${humanSize(total)}` : nothing;
    return html`<p class="standalone muted" role="status">Opening the image…${far}</p>`;
  }

  readonly #again = (): void => {
    this.#close();
    if (this.src !== undefined) void this.#open(this.src);
  };

  readonly #pick = (event: Event): void => {
    if (this.standalone) this.pick((event as LayerEvent).layer);
  };

  readonly #scanAgain = (event: Event): void => {
    if (!this.standalone || !this.#work) return;
    void this.#scan((event as ScanEvent).contents, this.#work);
  };

  readonly #save = (event: Event): void => {
    const archive = this.#archive;
    // A page that saves by itself says so.
    if (!this.standalone || !archive || event.defaultPrevented) return;
    const { wanted, fileName } = event as SaveEvent;
    saveWanted(archive, wanted, fileName, { ...(this.#work && { signal: this.#work.signal }) }).catch(
      (thrown: unknown) => {
        const error = errorData(thrown);
        if (error.kind !== "aborted") this.dispatchEvent(new ErrorEvent("error", { message: error.message }));
      },
    );
  };
}

function isArchive(source: Source): source is Archive {
  const { scan, rawConfig } = Object(source) as { readonly scan?: unknown; readonly rawConfig?: unknown };
  return typeof scan === "function" && typeof rawConfig === "function";
}

/** A file of a server: by ranges where it answers those, else as a whole. */
async function served(address: string | URL, signal: AbortSignal): Promise<RemoteFile | Blob> {
  const url = new URL(address, document.baseURI);
  const head = await fetch(url, { method: "HEAD", signal }).catch(() => undefined);
  const size = Number(head?.headers.get("content-length") ?? Number.NaN);
  const isPlain = !head?.headers.get("content-encoding");
  if (head?.ok && isPlain && head.headers.get("accept-ranges") === "bytes" && Number.isSafeInteger(size))
    return { url, size };
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.blob();
}
