import { ICONS, LOGO, type Place, placeWords, shared } from "layerglass/elements/kit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { fileSubject, pickedFolder } from "../sources/picked.ts";
import { OpenEvent, SampleEvent } from "./events.ts";

/** The first screen: what this is, and the ways to open something. */
@customElement("layerglass-start")
export class StartElement extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: grid; min-height: 100%; place-items: center; padding: 1.5rem 1rem 2.5rem; container-type: inline-size; }
      main { width: min(46rem, 100%); display: grid; gap: 2rem; }
      header { display: grid; justify-items: center; gap: 0.75rem; text-align: center; }
      .logo { width: 4rem; height: 4rem; }
      h1 { font-size: clamp(1.6rem, 5cqi, 2.25rem); letter-spacing: -0.02em; }
      header p { max-width: 33rem; color: var(--muted); font-size: 1.0625rem; text-wrap: balance; }

      .lead { display: flex; gap: 0.6rem; padding: 0.65rem 0.9rem; border-radius: var(--radius); background: var(--accent-soft); font-size: var(--small); overflow-wrap: anywhere; }
      .lead .icon { margin-top: 0.25em; }

      .zone {
        display: grid;
        justify-items: center;
        gap: 1.1rem;
        padding: 2.5rem 1.25rem 2.25rem;
        border: 1.5px dashed var(--line-strong);
        border-radius: 14px;
        background: var(--surface);
        text-align: center;
        box-shadow: var(--shadow);
      }
      .zone h2 { font-size: 1.125rem; }
      .core { display: grid; gap: 4px; width: 7.5rem; }
      .core i { height: 7px; border-radius: 4px; background: var(--tint); }
      .core i:nth-child(1) { --tint: var(--stratum-0); margin-inline: 0 18%; }
      .core i:nth-child(2) { --tint: var(--stratum-1); margin-inline: 10% 0; }
      .core i:nth-child(3) { --tint: var(--stratum-2); margin-inline: 4% 30%; }
      .core i:nth-child(4) { --tint: var(--stratum-5); margin-inline: 22% 8%; }
      .buttons { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.6rem; }
      .sample { border: 0; padding: 0.25rem 0.4rem; background: none; color: var(--accent); text-decoration: underline; text-underline-offset: 3px; cursor: pointer; }
      .sample:hover { color: var(--accent-strong); }

      ul { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem 1.5rem; }
      li { display: grid; gap: 0.15rem; align-content: start; padding-top: 0.6rem; border-top: 2px solid var(--tint); }
      li:nth-child(1) { --tint: var(--stratum-0); }
      li:nth-child(2) { --tint: var(--stratum-1); }
      li:nth-child(3) { --tint: var(--stratum-2); }
      li strong { font-weight: 600; }
      li span { color: var(--muted); font-size: var(--small); text-wrap: pretty; }
      @container (max-width: 38rem) { ul { grid-template-columns: 1fr; gap: 0.75rem; } .zone { padding-block: 1.75rem; } }
    `,
  ];

  /** Where the address leads once its file is open. */
  @property({ attribute: false }) place: Place = {};
  @query("#file") private filePicker!: HTMLInputElement;
  @query("#folder") private folderPicker!: HTMLInputElement;

  /** Asks for a file. */
  pick(): void {
    this.filePicker.click();
  }

  override render() {
    return html`<main>
      <header>
        ${LOGO}
        <h1>See inside a container image</h1>
        <p>Configuration, history, every layer and every file, with each digest checked. It is read here in your browser; nothing is uploaded.</p>
      </header>
      ${this.place.image === undefined ? nothing : html`<p class="lead" role="note">${ICONS.link}<span>This link leads to ${placeWords(this.place)}. Open the file that it belongs to, and it is followed.</span></p>`}
      <section class="zone" aria-label="Open an image">
        <div class="core" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <h2>Drop an image file or folder here</h2>
        <div class="buttons">
          <button type="button" class="button primary" @click=${this.pick}>${ICONS.file} Choose a file</button>
          <button type="button" class="button" @click=${() => this.folderPicker.click()}>${ICONS.directory} Choose a folder</button>
        </div>
        <button type="button" class="sample" @click=${() => this.dispatchEvent(new SampleEvent())}>or look at a small sample</button>
        <input id="file" type="file" hidden aria-label="Image file" @change=${this.file}>
        <input id="folder" type="file" webkitdirectory hidden aria-label="Image folder" @change=${this.folder}>
      </section>
      <slot></slot>
      <ul>
        <li><strong>Images</strong><span>docker save of every age, containerd, BuildKit, podman, skopeo, kaniko, jib, crane</span></li>
        <li><strong>Layouts</strong><span>OCI layouts as a tar or a folder, and skopeo’s dir: folders</span></li>
        <li><strong>As they come</strong><span>plain or compressed with gzip, zstd, bzip2 or xz; SIF files, disks and kernels are read too</span></li>
      </ul>
    </main>`;
  }

  private readonly file = (): void => {
    const [file] = this.filePicker.files ?? [];
    if (file) this.dispatchEvent(new OpenEvent(fileSubject(file)));
    this.filePicker.value = "";
  };

  private readonly folder = (): void => {
    const subject = pickedFolder(this.folderPicker.files ?? []);
    if (subject) this.dispatchEvent(new OpenEvent(subject));
    this.folderPicker.value = "";
  };
}
