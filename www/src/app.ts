import { card, count, errorAdvice, errorPlace, ICONS, plain, shared, shown } from "layerglass/elements/kit";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { appStyles } from "./app.styles.ts";
import { Address } from "./model/address.ts";
import { rememberedShortcuts, rememberKeys } from "./model/keys.ts";
import { Library } from "./model/library.ts";
import type { Subject } from "./model/open.ts";
import { Saver } from "./model/saving.ts";
import { type Phase, Session } from "./model/session.ts";
import { onLaunch } from "./sources/launched.ts";
import { dropped, fileSubject } from "./sources/picked.ts";
import { requested, sample } from "./sources/served.ts";
import type { BarElement } from "./views/bar.ts";
import "./views/bar.ts";
import type { InspectorElement, KeysElement, PlaceEvent, SaveEvent, ScanEvent } from "layerglass/elements";
import "layerglass/elements";
import type { OpenEvent } from "./views/events.ts";
import { lookingFor, opening, openingStyles } from "./views/opening.ts";
import "./views/install.ts";
import "./views/keep.ts";
import "./views/library.ts";
import type { OpenKeptEvent, RemoveKeptEvent } from "./views/library.ts";
import "./views/report.ts";
import "./views/savings.ts";
import type { StartElement } from "./views/start.ts";
import "./views/start.ts";

/** A search that takes longer than this, in milliseconds, is told. */
const NOTICED = 400;

/** The page: one file at a time, from the first screen to its last byte. */
@customElement("layerglass-app")
export class AppElement extends LitElement {
  static override styles = [shared, card, appStyles, openingStyles, css`:host { display: grid; }`];

  @state() private dragging = false;
  /** What is looked for, once that takes a while. */
  @state() private finding = "";
  #search = 0;
  private readonly session = new Session(() => {
    document.title =
      this.session.phase.name === "start"
        ? "Layerglass"
        : `${plain(this.session.phase.subject.name, 100)} – Layerglass`;
    this.requestUpdate();
  });
  private readonly saver = new Saver(() => this.requestUpdate());
  private readonly address = new Address(() => this.requestUpdate());
  private readonly shortcuts = rememberedShortcuts();
  private readonly library = new Library(() => this.requestUpdate());
  #dragDepth = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.address.connect();
    addEventListener("keydown", this.key);
    addEventListener("dragenter", this.dragEnter);
    addEventListener("dragleave", this.dragLeave);
    addEventListener("dragover", this.dragOver);
    addEventListener("drop", this.drop);
    const request = new URLSearchParams(location.search);
    const open = request.get("open");
    if (open !== null)
      void this.openFrom(() => requested(open, request.get("name")), request.get("name") ?? "file");
    const kept = request.get("kept");
    if (open === null && kept !== null) this.openKept(kept);
    void this.library.load();
    onLaunch((file, name) => {
      writeKept();
      void this.openFrom(async () => fileSubject(await file()), name);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.address.disconnect();
    removeEventListener("keydown", this.key);
    removeEventListener("dragenter", this.dragEnter);
    removeEventListener("dragleave", this.dragLeave);
    removeEventListener("dragover", this.dragOver);
    removeEventListener("drop", this.drop);
  }

  override render() {
    const { phase } = this.session;
    return html`
      <layerglass-bar .phase=${phase} @layerglass-open=${this.open} @layerglass-stop=${() => this.session.stop()} @layerglass-scan=${this.scan} @layerglass-home=${this.home} @layerglass-keys=${this.showKeys} @layerglass-keep=${this.keep}>${this.keepable(phase)}</layerglass-bar>
      <div class="stage" @layerglass-open=${this.open} @layerglass-sample=${() => this.openFrom(sample, "sample.tar")} @layerglass-scan=${this.scan} @layerglass-save=${this.save} @layerglass-open-kept=${(event: OpenKeptEvent) => this.openKept(event.id)} @layerglass-remove-kept=${(event: RemoveKeptEvent) => void this.library.remove(event.ids)}>${this.stage(phase)}</div>
      ${this.saver.savings.length === 0 ? nothing : html`<layerglass-savings .savings=${this.saver.savings} @layerglass-cancel=${(event: CustomEvent<number>) => this.saver.stop(event.detail)} @layerglass-dismiss=${(event: CustomEvent<number>) => this.saver.dismiss(event.detail)}></layerglass-savings>`}
      ${this.library.keeping ? html`<layerglass-keeping .keeping=${this.library.keeping} @layerglass-stop-keeping=${() => this.library.stop()} @layerglass-dismiss=${() => this.library.dismiss()}></layerglass-keeping>` : nothing}
      ${this.finding === "" ? nothing : lookingFor(this.finding, this.stopSearch)}
      <p class="unseen" role="status">${this.announcement(phase)}</p>
      <layerglass-keys .enabled=${this.shortcuts.enabled} @change=${this.keysSwitched}></layerglass-keys>
      ${this.dragging ? html`<div class="veil" aria-hidden="true"><p>${ICONS.open} Drop to open</p></div>` : nothing}
    `;
  }

  /** What happened, for those who do not see it; failures tell of themselves. */
  private announcement(phase: Phase): string {
    if (phase.name === "opening") return `Opening ${plain(phase.subject.name, 200)}`;
    if (phase.name === "read") return `${plain(phase.subject.name, 200)} is open`;
    if (phase.name !== "open") return "";
    const { label, images } = phase.data;
    return `${plain(phase.subject.name, 200)} is open: ${label}, ${count(images.length, "image")}`;
  }

  private stage(phase: Phase): TemplateResult {
    switch (phase.name) {
      case "start":
        return html`<layerglass-start .place=${this.address.place}>
          <layerglass-library .entries=${this.library.entries} .room=${this.library.room} .problem=${this.library.problem}></layerglass-library>
          <layerglass-install></layerglass-install>
        </layerglass-start>`;
      case "opening":
        return opening(phase.subject.name, phase.progress, () => this.session.stop());
      case "failed":
        return this.failed(phase.subject, phase.error);
      case "open":
        return html`<layerglass-inspector .archive=${phase.archive} .name=${phase.subject.name} .data=${phase.data} .scan=${phase.scan} .problem=${phase.problem} .place=${this.address.place} .link=${this.address.link} @layerglass-place=${(event: PlaceEvent) => this.address.follow(event)}></layerglass-inspector>`;
      case "read":
        return html`<main><layerglass-report .contents=${phase.contents}></layerglass-report></main>`;
    }
  }

  private failed(subject: Subject, error: Extract<Phase, { name: "failed" }>["error"]): TemplateResult {
    const place = errorPlace(error);
    return html`<main class="middle">
      <div class="failure" role="alert">
        <span class="failure-icon">${ICONS.error}</span>
        <h1>This could not be opened</h1>
        <p><strong>${shown(subject.name, 300)}</strong><br>${shown(error.message, 1000)}</p>
        <dl class="card">
          ${place ? html`<div><dt>Where</dt><dd>${place}</dd></div>` : nothing}
          ${error.expected === undefined ? nothing : html`<div><dt>Expected</dt><dd>${shown(error.expected, 500)}</dd></div>`}
          ${error.found === undefined ? nothing : html`<div><dt>Found</dt><dd>${shown(error.found, 500)}</dd></div>`}
          <div><dt>What to do</dt><dd>${errorAdvice(error)}</dd></div>
          <div><dt>Reason</dt><dd class="mono">${plain(error.kind, 50)} / ${plain(error.code, 100)}</dd></div>
        </dl>
        <button type="button" class="button primary" @click=${this.home}>Open something else</button>
      </div>
    </main>`;
  }

  /** What was shown is over. An address that was not followed yet stays: it is for what is opened now. */
  private leave(): void {
    this.saver.reset();
    const { name } = this.session.phase;
    if (name === "open" || name === "read") this.address.clear();
  }

  private readonly open = (event: OpenEvent): void => {
    this.stopSearch();
    this.leave();
    this.library.dismiss();
    writeKept();
    void this.session.open(event.subject);
  };

  /** The button that keeps what is open in this browser. */
  private keepable(phase: Phase) {
    if (!this.library.isUsable || (phase.name !== "open" && phase.name !== "read")) return nothing;
    const isRunning = this.library.keeping?.state === "running";
    const state = this.library.keptAs(phase.subject) ? "kept" : isRunning ? "running" : "offered";
    return html`<layerglass-keep .state=${state}></layerglass-keep>`;
  }

  private readonly keep = async (): Promise<void> => {
    const { phase } = this.session;
    if (phase.name !== "open" && phase.name !== "read") return;
    const { subject } = phase;
    const { label = "", images = [] } = phase.name === "open" ? phase.data : {};
    const names = images.flatMap((image) => image.familiarNames);
    const kept = await this.library.keep(subject, { label, images: names });
    const now = this.session.phase;
    if (kept !== undefined && now.name !== "start" && now.subject === subject) {
      // From here on the address opens the copy.
      this.session.keep(kept);
      writeKept(kept);
    }
  };

  private openKept(id: string): void {
    const { name = "what was kept" } = this.library.entries.find((entry) => entry.id === id) ?? {};
    writeKept(id);
    void this.openFrom(() => this.library.open(id), name);
  }

  private readonly scan = (event: ScanEvent): void => {
    void this.session.scan(event.contents);
  };

  private readonly save = (event: SaveEvent): void => {
    const { phase } = this.session;
    if (phase.name === "open") void this.saver.save(phase.archive, event.wanted, event.fileName);
  };

  private readonly home = (): void => {
    this.leave();
    this.address.clear();
    this.library.dismiss();
    this.session.reset();
    writeKept();
  };

  private async openFrom(find: () => Promise<Subject | undefined>, name: string): Promise<void> {
    this.stopSearch();
    const search = this.#search;
    const slow = setTimeout(() => {
      if (search === this.#search) this.finding = name;
    }, NOTICED);
    let subject: Subject | undefined;
    try {
      subject = await find();
    } catch (thrown) {
      if (search === this.#search) this.session.fail({ name, form: "file", input: new Uint8Array() }, thrown);
    } finally {
      clearTimeout(slow);
    }
    if (search !== this.#search) return;
    this.stopSearch();
    if (!subject) return;
    this.leave();
    await this.session.open(subject);
  }

  /** What is found from now on is not what is wanted. */
  private readonly stopSearch = (): void => {
    this.#search += 1;
    this.finding = "";
  };

  private readonly key = (event: KeyboardEvent): void => {
    const command = this.shortcuts.read(event);
    if (!command) return;
    const inspector = this.renderRoot.querySelector<InspectorElement>("layerglass-inspector");
    switch (command.do) {
      case "help":
        this.showKeys();
        break;
      case "theme":
        this.renderRoot.querySelector<BarElement>("layerglass-bar")?.nextTheme();
        break;
      case "open":
        (
          this.renderRoot.querySelector<StartElement>("layerglass-start") ??
          this.renderRoot.querySelector<BarElement>("layerglass-bar")
        )?.pick();
        break;
      default:
        if (!inspector?.run(command)) return;
    }
    event.preventDefault();
  };

  private readonly showKeys = (): void => {
    void this.renderRoot.querySelector<KeysElement>("layerglass-keys")?.open();
  };

  private readonly keysSwitched = (event: Event): void => {
    this.shortcuts.enabled = (event.target as KeysElement).enabled;
    rememberKeys(this.shortcuts.enabled);
  };

  private readonly dragEnter = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#dragDepth += 1;
    this.dragging = true;
  };

  private readonly dragLeave = (): void => {
    this.#dragDepth = Math.max(0, this.#dragDepth - 1);
    if (this.#dragDepth === 0) this.dragging = false;
  };

  private readonly dragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  };

  private readonly drop = (event: DragEvent): void => {
    const { dataTransfer } = event;
    this.#dragDepth = 0;
    this.dragging = false;
    if (!dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    writeKept();
    void this.openFrom(() => dropped(dataTransfer), "what was dropped");
  };
}

/** Puts into the address what is open, so that a reload opens it again: something kept, or nothing. */
function writeKept(kept?: string): void {
  const search = kept === undefined ? "" : `?kept=${kept}`;
  if (location.search !== search)
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
}
