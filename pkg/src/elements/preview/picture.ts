import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { groupDigits } from "../format/size.js";
import { plain } from "../format/text.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import type { ImageType } from "./kind.js";
import { PREVIEW_LIMITS } from "./limits.js";
import { pictureSize } from "./picture-size.js";

/**
 * A picture, given to the browser as a picture alone: no script in it runs and nothing is fetched for it. Pictures that would
 * take much memory are not shown.
 */
@customElement("layerglass-picture")
export class PictureElement extends LitElement {
  static override styles = [
    shared,
    emptyStyles,
    css`
      :host { display: grid; grid-template-rows: minmax(0, 1fr) auto; min-height: 0; }
      figure { display: grid; place-items: center; min-height: 0; overflow: auto; padding: 1rem; }
      /* Squares, so that what is transparent is seen to be. */
      img { max-width: 100%; max-height: 100%; min-width: 2rem; min-height: 2rem; object-fit: contain; background: repeating-conic-gradient(light-dark(#e4e4e4, #3a3f43) 0 25%, light-dark(#fff, #2a2f33) 0 50%) 0 0 / 16px 16px; }
      p.size { padding: 0.3rem 0.9rem; font-size: var(--small); color: var(--muted); text-align: center; }
    `,
  ];

  @property({ attribute: false }) bytes: Uint8Array = new Uint8Array();
  @property({ attribute: false }) type: ImageType = "image/png";
  @property({ attribute: false }) name = "";
  @state() private isBroken = false;
  @state() private drawn: readonly [number, number] | undefined;
  private url = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate("bytes", undefined);
  }

  private forget(): void {
    if (this.url !== "") URL.revokeObjectURL(this.url);
    this.url = "";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("bytes") && !changed.has("type")) return;
    this.forget();
    this.isBroken = false;
    this.drawn = undefined;
    if (this.refusal() === undefined)
      this.url = URL.createObjectURL(new Blob([Uint8Array.from(this.bytes)], { type: this.type }));
  }

  /** Why it is not shown. */
  private refusal(): string | undefined {
    if (this.type === "image/svg+xml") {
      if (this.bytes.length <= PREVIEW_LIMITS.svgBytes) return undefined;
      return "Drawings of more than a megabyte can keep the browser busy for long. Its text can be read.";
    }
    const size = pictureSize(this.bytes, this.type);
    if (!size) return "Its header is damaged: the size of the picture cannot be told.";
    const [width, height] = size;
    if (width * height <= PREVIEW_LIMITS.imagePixels) return undefined;
    return `It says to be ${groupDigits(width)} by ${groupDigits(height)} pixels, which is more than is shown here.`;
  }

  override render(): TemplateResult {
    const refusal = this.refusal();
    if (refusal !== undefined) return empty(ICONS.warning, "This picture is not shown", refusal);
    if (this.isBroken)
      return empty(
        ICONS.error,
        "This picture is damaged",
        "The browser cannot read it. Its bytes can be looked at.",
      );
    return html`<figure><img src=${this.url} alt=${`The picture ${plain(this.name, 200)}`} @load=${this.loaded} @error=${() => {
      this.isBroken = true;
    }}></figure>
      ${this.drawn ? html`<p class="size num">${groupDigits(this.drawn[0])} × ${groupDigits(this.drawn[1])} pixels</p>` : nothing}`;
  }

  private readonly loaded = async (event: Event): Promise<void> => {
    const image = event.target as HTMLImageElement;
    const { url, type } = this;
    this.drawn = [image.naturalWidth, image.naturalHeight];
    // For an element a header that can be read is enough to count as loaded; a bitmap is made of what can be drawn only.
    if (type === "image/svg+xml") return;
    try {
      (await createImageBitmap(new Blob([Uint8Array.from(this.bytes)], { type }))).close();
    } catch {
      if (url === this.url) this.isBroken = true;
    }
  };
}
