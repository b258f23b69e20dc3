import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Archive, ArchiveData, ImageData } from "../../archive.js";
import type { IssueData, IssueRule, IssuesData } from "../../inspect/types.js";
import { count, exactSize, groupDigits, humanSize } from "../format/size.js";
import { byRule, filterIssues, RULES, type RuleGroup } from "../model/rules.js";
import { SCANNED, type ScanState } from "../model/scan-state.js";
import { ImageWork } from "../model/work.js";
import { commandText } from "../ui/command.js";
import { empty, emptyStyles } from "../ui/empty.js";
import { chosenIn, fields } from "../ui/fields.js";
import { ICONS } from "../ui/icons.js";
import { layerMark } from "../ui/layer-mark.js";
import { link } from "../ui/link.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { isScanned, working, workingStyles } from "../ui/working.js";
import { BadgeEvent, LayerEvent, RevealEvent, ScanEvent } from "./events.js";

const SEVERITIES = {
  error: { icon: ICONS.error, name: "Error", many: "errors" },
  warning: { icon: ICONS.warning, name: "Warning", many: "warnings" },
  info: { icon: ICONS.info, name: "Note", many: "notes" },
} as const;

/** What about the image should worry whoever ships it: why, where, which command, and what to do. */
@customElement("layerglass-findings")
export class FindingsElement extends LitElement {
  static override styles = [
    shared,
    card,
    link,
    fields,
    emptyStyles,
    workingStyles,
    css`
      :host { container-type: inline-size; display: grid; gap: 1.25rem; align-content: start; min-width: 0; }
      section { overflow: hidden; }
      header { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.15rem 0.7rem; padding: 0.9rem 1rem; border-inline-start: 4px solid var(--tone); }
      header > .icon { color: var(--tone); font-size: 1.15rem; margin-top: 0.2rem; }
      h2 { font-size: 1.0625rem; }
      header p { grid-column: 2 / -1; max-width: 46rem; font-size: var(--small); text-wrap: pretty; }
      .error { --tone: var(--bad); } .warning { --tone: var(--warn); } .info { --tone: var(--line-strong); }
      .count { font-weight: 600; }
      li { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr) auto; gap: 0.1rem 0.6rem; padding: 0.55rem 1rem; border-top: 1px solid var(--line); }
      li > .icon { color: var(--tone); margin-top: 0.25rem; }
      li > * { min-width: 0; }
      .what { overflow-wrap: anywhere; }
      .why { display: block; }
      .why::first-letter { text-transform: uppercase; }
      .command { grid-column: 2 / -1; color: var(--muted); font-size: var(--small); overflow-wrap: anywhere; }
      .keyword { font-weight: 650; font-size: var(--tiny); }
      .side { display: flex; flex-wrap: wrap; justify-content: end; align-items: start; gap: 0.4rem; font-size: var(--small); }
      .swatch { display: inline-grid; place-items: center; min-width: 1.75rem; height: 1.5rem; padding-inline: 0.3rem; border: 1.5px solid var(--tint); border-radius: 5px; background: var(--surface); color: var(--text); font-size: var(--tiny); font-weight: 600; font-variant-numeric: tabular-nums; cursor: pointer; }
      .deleted { padding: 0 0.5rem; border: 1px solid var(--warn); border-radius: 99px; color: var(--warn); font-size: var(--tiny); }
      .more:not(:empty) { padding: 0.6rem 1rem; border-top: 1px solid var(--line); }
      @container (max-width: 34rem) {
        li { grid-template-columns: 1.1rem minmax(0, 1fr); padding-inline: 0.75rem; }
        .side { grid-column: 2; justify-content: start; }
      }
    `,
  ];

  @property({ attribute: false }) archive!: Archive;
  @property({ attribute: false }) data!: ArchiveData;
  @property({ attribute: false }) image!: ImageData;
  @property({ attribute: false }) scan: ScanState = SCANNED;
  @state() private severity: IssueData["severity"] | "all" = "all";
  @state() private rule: IssueRule | "all" = "all";
  @state() private place: "all" | "seen" | "deleted" = "all";
  private found: IssuesData | undefined;
  private groups: readonly RuleGroup[] = [];
  private told: unknown;
  private readonly portions = new Portions(this, 50);
  private readonly work = new ImageWork<IssuesData>(this, async (archive, image, options) => {
    const { issues } = await import("../../inspect.js");
    return issues(archive, image, { ...options, now: new Date() });
  });

  protected override willUpdate(changed: PropertyValues<this> & Map<string, unknown>): void {
    const { archive, image, data } = this;
    if (!isScanned(image, data)) return;
    this.work.ensure(archive, image.index);
    const work = this.work.of(archive, image.index);
    const found = work?.state === "done" ? work.value : undefined;
    if (found !== this.found) {
      this.found = found;
      this.severity = "all";
      this.rule = "all";
      this.place = "all";
      this.portions.reset();
      this.groups = byRule(found?.issues ?? []);
    } else if (changed.has("severity") || changed.has("rule") || changed.has("place")) {
      const { severity, rule, place } = this;
      this.groups = byRule(filterIssues(found?.issues ?? [], { severity, rule, place }));
    }
  }

  protected override updated(): void {
    if (this.told === this.found) return;
    this.told = this.found;
    this.dispatchEvent(new BadgeEvent(this.found && badge(this.found.issues)));
  }

  override render() {
    const { archive, data, image, scan, found } = this;
    if (!isScanned(image, data) || !found)
      return working(
        this.work.of(archive, image.index),
        { what: "Findings", image, data, scan },
        {
          begin: () => void this.work.begin(archive, image.index),
          stop: () => this.work.stop(image.index),
          scan: () => this.dispatchEvent(new ScanEvent(scan.contents)),
        },
      );
    if (found.issues.length === 0)
      return empty(
        ICONS.shield,
        "Nothing to worry about was found",
        "Looked for: root as user, secrets in all layers and in the configuration, programs with another’s rights, files that everybody may write, caches, Git histories, and certificates near their end.",
      );
    return html`
      ${this.filters(found)}
      ${this.groups.length === 0 ? html`<p class="muted">Nothing of that kind.</p>` : this.groups.map((group) => this.group(group))}
      ${Number(found.more) > 0 ? html`<p class="muted small">${count(found.more, "more finding was", "more findings were")} counted but not kept.</p>` : nothing}
    `;
  }

  private filters({ issues }: IssuesData): TemplateResult {
    const graded = (severity: IssueData["severity"]) =>
      issues.filter((issue) => issue.severity === severity).length;
    const rules = byRule([...issues]).map(({ rule }) => rule);
    const seen = this.groups.reduce((sum, group) => sum + group.issues.length, 0);
    return html`<div class="bar">
      <label>Severity <select @change=${(event: Event) => {
        this.severity = chosenIn(event) as IssueData["severity"] | "all";
      }}>
        <option value="all" ?selected=${this.severity === "all"}>All</option>
        ${(Object.keys(SEVERITIES) as IssueData["severity"][]).map((severity) => html`<option value=${severity} ?selected=${severity === this.severity}>${SEVERITIES[severity].name} (${groupDigits(graded(severity))})</option>`)}
      </select></label>
      <label>Rule <select @change=${(event: Event) => {
        this.rule = chosenIn(event) as IssueRule | "all";
      }}>
        <option value="all" ?selected=${this.rule === "all"}>All</option>
        ${rules.map((rule) => html`<option value=${rule} ?selected=${rule === this.rule}>${RULES[rule].name}</option>`)}
      </select></label>
      ${
        issues.some(({ deleted }) => deleted)
          ? html`<label>Where <select @change=${(event: Event) => {
              this.place = chosenIn(event) as "all" | "seen" | "deleted";
            }}>
        <option value="all" ?selected=${this.place === "all"}>Everywhere</option>
        <option value="seen" ?selected=${this.place === "seen"}>What containers see</option>
        <option value="deleted" ?selected=${this.place === "deleted"}>Deleted later</option>
      </select></label>`
          : nothing
      }
      <span class="muted num" role="status">${count(seen, "finding")}</span>
    </div>`;
  }

  private group({ rule, gravest, issues }: RuleGroup): TemplateResult {
    const words = RULES[rule];
    return html`<section class="card ${gravest}" aria-labelledby=${`rule-${rule}`}>
      <header class=${gravest}>
        ${SEVERITIES[gravest].icon}
        <h2 id=${`rule-${rule}`}>${words.name}</h2>
        <span class="count num">${groupDigits(issues.length)}</span>
        <p>${words.about}</p>
        <p class="muted">${words.todo}</p>
      </header>
      <ul>${this.portions.of(rule, issues).map((issue) => this.issue(issue))}</ul>
      <div class="more">${this.portions.button(rule, issues)}</div>
    </section>`;
  }

  private issue(issue: IssueData): TemplateResult {
    const { severity, why, path, layer, step, offset, bytes, command, deleted } = issue;
    const { icon, name } = SEVERITIES[severity];
    return html`<li class=${severity}>
      ${icon}
      <div class="what">
        <span class="unseen">${name}: </span><span class="why">${shown(why, 1000)}</span>
        ${path === undefined ? html`<span class="muted small">in the configuration${step === undefined ? "" : `, step ${step + 1} of the history`}</span>` : this.file(issue)}
        ${offset === undefined ? nothing : html`<span class="muted small num">byte ${groupDigits(offset)}</span>`}
      </div>
      <div class="side">
        ${bytes === undefined ? nothing : html`<span class="num" title=${exactSize(bytes)}>${humanSize(bytes)}</span>`}
        ${deleted ? html`<span class="deleted">deleted later, still in the image</span>` : nothing}
        ${layer === undefined ? nothing : layerMark(layer, (chosen) => this.dispatchEvent(new LayerEvent(chosen)))}
      </div>
      ${command === undefined ? nothing : html`<div class="command">${commandText(command)}</div>`}
    </li>`;
  }

  private file({ path = "", layer }: IssueData): TemplateResult {
    const text = shown(`/${path}`, 400);
    if (layer === undefined) return html`<span class="mono">${text}</span>`;
    return html`<button type="button" class="link mono" @click=${() => this.dispatchEvent(new RevealEvent(layer, path))}>${text}</button>`;
  }
}

/** How many are grave or worth a warning, beside the tab's name. */
function badge(issues: readonly IssueData[]) {
  const graded = (severity: IssueData["severity"]) =>
    issues.filter((issue) => issue.severity === severity).length;
  for (const [severity, tone] of [
    ["error", "bad"],
    ["warning", "warn"],
    ["info", "calm"],
  ] as const) {
    const number = graded(severity);
    if (number > 0) return { text: groupDigits(number), words: SEVERITIES[severity].many, tone };
  }
  return undefined;
}
