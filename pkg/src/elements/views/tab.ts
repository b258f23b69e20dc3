import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ErrorData, ImageData } from "../../archive.js";
import { errorData } from "../format/error.js";
import type { ScanState } from "../model/scan-state.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { ICONS } from "../ui/icons.js";
import { shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { type Badge, BadgeEvent } from "./events.js";
import type { Tab, TabProperties } from "./tabs.js";

/** Shows a view that is loaded when it is first wanted: until then that it is on its way, or why it does not come. */
@customElement("layerglass-tab")
export class TabElement extends LitElement {
  static override styles = [
    shared,
    emptyStyles,
    css`
      :host { display: grid; min-height: 0; min-width: 0; }
      :host > * { min-width: 0; min-height: 0; }
    `,
  ];

  /** The view that is wanted; none while another part of the inspector is shown. */
  @property({ attribute: false }) tab?: Tab;
  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan!: ScanState;
  /** Told what a view says beside its name, also while another one is shown. */
  @property({ attribute: false }) onBadge: (tab: Tab, badge: Badge | undefined) => void = () => {};
  @state() private error: ErrorData | undefined;
  /** The views of this archive that were shown: they stay as they were left. */
  #views = new Map<Tab, HTMLElement & TabProperties>();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("archive")) this.#views = new Map();
    if (changed.has("tab")) this.error = undefined;
    if (!this.tab) return;
    const view = this.#views.get(this.tab);
    if (!view) {
      if (changed.has("tab") || changed.has("archive")) void this.load();
      return;
    }
    view.archive = this.archive;
    view.data = this.data;
    view.image = this.image;
    view.scan = this.scan;
  }

  override render() {
    if (!this.tab) return nothing;
    const view = this.#views.get(this.tab);
    if (view) return html`${view}`;
    if (!this.error)
      return html`<div aria-busy="true">${empty(ICONS.pending, "One moment", `“${this.tab.name}” is being loaded.`)}</div>`;
    return html`<div role="alert">${empty(
      ICONS.error,
      `“${this.tab.name}” could not be loaded`,
      html`${shown(this.error.message, 500)} Is the server that this page came from still there?`,
      html`<button type="button" class="button" @click=${this.load}>Try again</button>`,
    )}</div>`;
  }

  private readonly load = async (): Promise<void> => {
    const { tab, archive } = this;
    const element = tab?.element;
    if (!element) return;
    this.error = undefined;
    try {
      await element.load();
      await customElements.whenDefined(element.tag);
      if (archive !== this.archive || this.#views.has(tab)) return;
      const view = document.createElement(element.tag) as HTMLElement & TabProperties;
      view.addEventListener(BadgeEvent.type, (event) => this.onBadge(tab, (event as BadgeEvent).badge));
      this.#views.set(tab, view);
      this.requestUpdate();
    } catch (thrown) {
      if (tab === this.tab) this.error = errorData(thrown);
    }
  };
}
