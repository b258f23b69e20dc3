import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ArchiveData, ImageData, PlatformData } from "../../archive.js";
import type { ImageFormat } from "../../transfer.js";
import { fileName, stem } from "../format/file-name.js";
import { platformName } from "../format/id.js";
import { count } from "../format/size.js";
import { plain } from "../format/text.js";
import { imageTitle } from "../model/checks.js";
import type { ImageSettings } from "../model/wanted.js";
import { dialogStyles } from "../ui/dialog.styles.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { SaveEvent } from "./events.js";

const FORMATS: Readonly<Record<ImageFormat, { name: string; hint: string; ending: string }>> = {
  oci: {
    name: "OCI layout",
    hint: "podman, skopeo, buildah, containerd, Docker 25 and later",
    ending: ".oci.tar",
  },
  "docker-oci": {
    name: "Docker archive, 25 and later",
    hint: "docker load, podman, skopeo; an OCI layout as well",
    ending: ".tar",
  },
  docker: {
    name: "Docker archive, 1.10 to 24",
    hint: "any docker load, kaniko, crane and older tools",
    ending: ".tar",
  },
};

type Compression = "keep" | "none" | "gzip" | "zstd";

const COMPRESSIONS: Readonly<Record<Compression, string>> = {
  keep: "As stored, where the format can hold it",
  none: "None",
  gzip: "gzip",
  zstd: "zstd",
};

/** Levels that a compression knows, from quick to small. */
const LEVELS: Readonly<Partial<Record<Compression, readonly [least: number, most: number]>>> = {
  gzip: [1, 9],
  zstd: [1, 19],
};

/** The dialog in which the opened file's images become a file of another form. */
@customElement("layerglass-save-as")
export class SaveAsElement extends LitElement {
  static override styles = [shared, dialogStyles];

  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  /** What the opened file is called. */
  @property({ attribute: false }) name = "";
  @state() private format: ImageFormat = "oci";
  @state() private compression: Compression = "keep";
  @state() private level = "";
  @state() private only = false;
  @state() private platform = "";
  @query("dialog") private dialog!: HTMLDialogElement;

  /** Shows the dialog. */
  open(): void {
    this.only = false;
    this.platform = "";
    // So that the browser still takes the click that follows for one of the user's, when it asks for a place.
    void import("../../transfer.js").catch(() => {});
    this.dialog.showModal();
  }

  override render() {
    return html`<dialog aria-labelledby="title">
      <header><h2 id="title">Save as…</h2>
        <button type="button" class="button quiet square slim" title="Close" @click=${this.close}>${ICONS.cross}<span class="unseen">Close</span></button>
      </header>
      <div class="fields">
        <fieldset><legend>Format</legend>
          ${Object.entries(FORMATS).map(([format, about]) => this.choice(format as ImageFormat, about))}
        </fieldset>
        <div class="row">
          <label class="field"><span>Compression of layers</span>
            <select @change=${this.compressionChosen}>${Object.entries(COMPRESSIONS).map(([value, name]) => html`<option value=${value} ?selected=${value === this.compression}>${name}</option>`)}</select>
          </label>
          ${this.levels()}
          ${this.which()}
          ${this.platforms()}
        </div>
        <p class="note">Every layer is read, checked against its digests and written in one pass. Nothing leaves this computer.</p>
      </div>
      <footer>
        <button type="button" class="button" @click=${this.close}>Cancel</button>
        <button type="button" class="button primary" @click=${this.save}>Save</button>
      </footer>
    </dialog>`;
  }

  private choice(format: ImageFormat, { name, hint }: { name: string; hint: string }): TemplateResult {
    return html`<label class="choice">
      <input type="radio" name="format" value=${format} .checked=${this.format === format} @change=${() => {
        this.format = format;
      }}>
      <span>${name}</span><span class="hint">${hint}</span>
    </label>`;
  }

  private levels(): TemplateResult | typeof nothing {
    const levels = LEVELS[this.compression];
    if (!levels) return nothing;
    const [least, most] = levels;
    return html`<label class="field"><span>Level, ${least} (quick) to ${most} (small)</span>
      <input type="number" inputmode="numeric" min=${least} max=${most} step="1" placeholder="as usual" .value=${this.level} @input=${(
        event: Event,
      ) => {
        this.level = (event.target as HTMLInputElement).value;
      }}>
    </label>`;
  }

  private which(): TemplateResult | typeof nothing {
    const images = this.data.images.filter(({ role }) => role === "image");
    if (images.length < 2 || this.image.role !== "image") return nothing;
    return html`<label class="field"><span>Images</span>
      <select @change=${(event: Event) => {
        this.only = (event.target as HTMLSelectElement).value === "only";
      }}>
        <option value="all" ?selected=${!this.only}>All ${count(images.length, "image")}</option>
        <option value="only" ?selected=${this.only}>Only ${plain(this.image.familiarNames[0] ?? imageTitle(this.image), 100)}</option>
      </select>
    </label>`;
  }

  private platforms(): TemplateResult | typeof nothing {
    const platforms = this.known();
    if (platforms.size < 2 || this.only) return nothing;
    return html`<label class="field"><span>Platform</span>
      <select @change=${(event: Event) => {
        this.platform = (event.target as HTMLSelectElement).value;
      }}>
        <option value="" ?selected=${this.platform === ""}>All that are in the file</option>
        ${[...platforms.keys()].map((name) => html`<option value=${name} ?selected=${name === this.platform}>${plain(name, 100)}</option>`)}
      </select>
    </label>`;
  }

  /** The platforms of the images that are in the file, by name. */
  private known(): Map<string, PlatformData> {
    const known = new Map<string, PlatformData>();
    for (const { platform, role, presence } of this.data.images)
      if (platform && role === "image" && presence !== "absent") known.set(platformName(platform), platform);
    return known;
  }

  private readonly compressionChosen = (event: Event): void => {
    this.compression = (event.target as HTMLSelectElement).value as Compression;
    this.level = "";
  };

  private readonly close = (): void => this.dialog.close();

  private readonly save = (): void => {
    const levels = LEVELS[this.compression];
    const level = Number(this.level);
    const isLevel = levels && this.level !== "" && level >= levels[0] && level <= levels[1];
    const platform = this.only ? undefined : this.known().get(this.platform);
    const settings: ImageSettings = {
      format: this.format,
      ...(this.compression !== "keep" && { compression: this.compression }),
      ...(isLevel && { level: Math.trunc(level) }),
      ...(this.only && { images: [this.image.index] }),
      ...(platform && { platforms: [platform] }),
    };
    this.dialog.close();
    const words = this.only ? (this.image.familiarNames[0] ?? imageTitle(this.image)) : stem(this.name);
    this.dispatchEvent(
      new SaveEvent({ kind: "images", settings }, fileName(words, FORMATS[this.format].ending)),
    );
  };
}
