import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { HealthcheckData, ImageData, RunConfigData } from "../../archive.js";
import { platformName } from "../format/id.js";
import { running } from "../format/running.js";
import { duration, shortTime } from "../format/time.js";
import "../ui/check.js";
import "../ui/id.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { configStyles } from "./config.styles.js";

/** What an image is and what its containers run with. */
@customElement("layerglass-config")
export class ConfigElement extends LitElement {
  static override styles = [shared, card, configStyles];

  @property({ attribute: false }) image!: ImageData;
  private readonly portions = new Portions(this, 100);
  #index = -1;

  protected override willUpdate(): void {
    if (this.#index !== this.image.index) this.portions.reset();
    this.#index = this.image.index;
  }

  override render() {
    const { image } = this;
    return html`
      <div class="groups">
        <section class="card wide"><h2>Identity</h2>${this.identity(image)}</section>
        ${image.config && image.role === "image" ? this.running(image.config) : nothing}
        ${this.pairs("Annotations", "annotations", Object.entries(image.annotations))}
      </div>
    `;
  }

  private identity(image: ImageData): TemplateResult {
    return html`<dl>
      ${image.names.length > 0 ? row("Names", html`<ul>${this.portions.of("names", image.names).map((name) => html`<li>${shown(name)}</li>`)}</ul>${this.portions.button("names", image.names)}`) : row("Names", none("no name in this file"))}
      ${image.refNames.length > 0 ? row("Reference name", html`<ul>${this.portions.of("refs", image.refNames).map((name) => html`<li>${shown(name)}</li>`)}</ul>${this.portions.button("refs", image.refNames)}`) : nothing}
      ${image.id ? row("Image id", html`<layerglass-id full what="image id" .value=${image.id}></layerglass-id><layerglass-check words .state=${image.check.state}></layerglass-check>`) : nothing}
      ${image.manifestDigest ? row("Manifest", html`<layerglass-id full what="manifest digest" .value=${image.manifestDigest}></layerglass-id>`) : nothing}
      ${image.manifestMediaType ? row("Media type", html`<span class="mono">${shown(image.manifestMediaType, 300)}</span>`) : nothing}
      ${image.indexes.length > 0 ? row("Named by index", html`<ul>${this.portions.of("indexes", image.indexes).map((index) => html`<li><layerglass-id what="index digest" .value=${index}></layerglass-id></li>`)}</ul>`) : nothing}
      ${image.platform ? row("Platform", shown(platformName(image.platform), 200)) : nothing}
      ${image.platform?.osFeatures?.length ? row("OS features", shown(image.platform.osFeatures.join(", "))) : nothing}
      ${image.created ? row("Created", html`<span title="UTC">${shown(shortTime(image.created), 60)}</span> <span class="muted small mono">${shown(image.created, 60)}</span>`) : nothing}
      ${image.author ? row("Author", shown(image.author)) : nothing}
    </dl>`;
  }

  private running(config: RunConfigData): TemplateResult {
    return html`
      <section class="card wide">
        <h2>Runs</h2>
        <p class="sentence">${running(config).map((piece) => (typeof piece === "string" ? piece : html`<code>${shown(piece.code, 300)}</code>`))}</p>
        <dl>
          ${row("Entrypoint", words(config.entrypoint))}
          ${row("Command", words(config.cmd))}
          ${row("User", config.user ? html`<span class="mono">${shown(config.user)}</span>` : none("root, as none is set"))}
          ${row("Folder", config.workingDir ? html`<span class="mono">${shown(config.workingDir)}</span>` : none("/, as none is set"))}
          ${config.stopSignal ? row("Stop signal", html`<span class="mono">${shown(config.stopSignal)}</span>`) : nothing}
          ${config.shell ? row("Shell", words(config.shell)) : nothing}
          ${config.healthcheck ? row("Health check", health(config.healthcheck)) : row("Health check", none("none"))}
        </dl>
      </section>
      ${this.environment(config.env)}
      ${this.list("Ports", "ports", config.exposedPorts, "no ports are exposed")}
      ${this.list("Volumes", "volumes", config.volumes, "no volumes are declared")}
      ${this.pairs("Labels", "labels", Object.entries(config.labels))}
      ${config.onBuild.length > 0 ? this.list("Steps for images built on this one", "onbuild", config.onBuild, "") : nothing}
    `;
  }

  private environment(env: readonly string[]): TemplateResult {
    const pairs = env.map((line): [string, string | undefined] => {
      const equals = line.indexOf("=");
      return equals < 0 ? [line, undefined] : [line.slice(0, equals), line.slice(equals + 1)];
    });
    return this.pairs("Environment", "environment", pairs, "no variables are set");
  }

  private pairs(
    title: string,
    name: string,
    pairs: readonly (readonly [string, string | undefined])[],
    nothingText = "",
  ): TemplateResult {
    if (pairs.length === 0 && !nothingText) return html``;
    return html`<section class="card wide">
      <h2>${title} <span class="muted small num">${pairs.length || ""}</span></h2>
      ${
        pairs.length === 0
          ? html`<p class="muted">${nothingText}</p>`
          : html`<dl class="pairs">${this.portions.of(name, pairs).map(
              ([key, value]) => html`<div>
        <dt class="mono">${shown(key)}</dt>
        <dd class="mono">${value === undefined ? none("not set: there is no “=”") : value === "" ? none("empty") : shown(value)}</dd>
      </div>`,
            )}</dl>`
      }
      ${this.portions.button(name, pairs)}
    </section>`;
  }

  private list(title: string, name: string, items: readonly string[], nothingText: string): TemplateResult {
    return html`<section class="card">
      <h2>${title}</h2>
      ${items.length === 0 ? html`<p class="muted">${nothingText}</p>` : html`<ul class="chips">${this.portions.of(name, items).map((item) => html`<li class="mono">${shown(item)}</li>`)}</ul>`}
      ${this.portions.button(name, items)}
    </section>`;
  }
}

function row(name: string, value: unknown): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function none(text: string): TemplateResult {
  return html`<span class="muted none">${text}</span>`;
}

/** A command, each word in a box of its own: where one argument ends is otherwise a guess. */
function words(list: readonly string[] | undefined): TemplateResult {
  if (!list || list.length === 0) return none("not set");
  const most = 200;
  return html`<ul class="words">${list.slice(0, most).map((word) => html`<li class="mono">${word === "" ? none("empty") : shown(word)}</li>`)}
    ${list.length > most ? html`<li class="muted">${list.length - most} more</li>` : nothing}</ul>`;
}

function health(check: HealthcheckData): TemplateResult {
  const times = [
    check.interval ? `every ${duration(check.interval)}` : "",
    check.timeout ? `gives up after ${duration(check.timeout)}` : "",
    check.startPeriod ? `starts within ${duration(check.startPeriod)}` : "",
    check.startInterval ? `while starting every ${duration(check.startInterval)}` : "",
    check.retries ? `${check.retries} tries` : "",
  ].filter((part) => part !== "");
  return html`${words(check.test)}${times.length > 0 ? html`<p class="muted small">${times.join(", ")}</p>` : nothing}`;
}
