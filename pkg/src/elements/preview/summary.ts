import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { count } from "../format/size.js";
import { shortSeconds } from "../format/time.js";
import { empty, emptyStyles } from "../ui/empty.js";
import "../ui/id.js";
import { ICONS } from "../ui/icons.js";
import { Portions } from "../ui/more.js";
import { card, shared } from "../ui/styles.js";
import { shown } from "../ui/text.js";
import { type ElfSummary, readElf } from "./elf.js";
import { type Certificate, type CertificateFile, readCertificates } from "./x509.js";

const DAY = 86_400_000;

/** The facts about a program or library, or about certificates, instead of their bytes. */
@customElement("layerglass-summary")
export class SummaryElement extends LitElement {
  static override styles = [
    shared,
    card,
    emptyStyles,
    css`
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 0.8rem 1.5rem; max-width: 70rem; }
      dl > div { min-width: 0; }
      .all { grid-column: 1 / -1; }
      dd { overflow-wrap: anywhere; font-size: 0.9375rem; }
      dd li + li { margin-top: 0.1rem; }
      .list { columns: auto 16rem; }
      .certificates { display: grid; gap: 1rem; max-width: 70rem; }
      .certificates > li { padding: 0.9rem 1.1rem; }
      h3 { font-size: 1rem; margin-bottom: 0.6rem; overflow-wrap: anywhere; }
      .bad { color: var(--bad); } .warn { color: var(--warn); } .ok { color: var(--ok); }
      .faults, .note { margin-bottom: 0.9rem; font-size: var(--small); }
      .faults { color: var(--warn); }
    `,
  ];

  @property({ attribute: false }) bytes: Uint8Array = new Uint8Array();
  @property({ attribute: false }) isWhole = true;
  @property({ attribute: false }) kind = "";
  @state() private elf: ElfSummary | undefined;
  @state() private file: CertificateFile | undefined;
  /** Fingerprints of certificates, as far as they are computed. */
  @state() private prints: ReadonlyMap<Certificate, string> = new Map();
  private readonly portions = new Portions(this, 20);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("bytes") && !changed.has("kind")) return;
    this.portions.reset();
    this.prints = new Map();
    this.elf = this.kind === "elf" ? readElf(this.bytes, this.isWhole) : undefined;
    this.file = this.kind === "certificate" ? readCertificates(this.bytes) : undefined;
    if (this.file) void this.fingerprints(this.file);
  }

  private async fingerprints(file: CertificateFile): Promise<void> {
    // Pages that did not come by an encrypted way have no digests.
    if (!globalThis.crypto?.subtle) return;
    const prints = new Map<Certificate, string>();
    for (const certificate of file.certificates) {
      if ("fault" in certificate) continue;
      const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(certificate.bytes));
      prints.set(
        certificate,
        Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""),
      );
    }
    if (this.file === file) this.prints = prints;
  }

  override render(): TemplateResult {
    if (this.elf) return this.program(this.elf);
    if (this.file) return this.certificates(this.file);
    return empty(
      ICONS.error,
      "Its header is damaged",
      "What it is cannot be told. Its bytes can be looked at.",
    );
  }

  private program(elf: ElfSummary): TemplateResult {
    const stripped =
      elf.hasSymbols === undefined
        ? "not known: it has no section headers"
        : elf.hasSymbols
          ? `there${elf.hasDebugInfo ? ", with information for debuggers" : ""}`
          : "stripped";
    return html`${elf.faults.length > 0 ? html`<ul class="faults">${elf.faults.map((fault) => html`<li>${ICONS.warning} ${fault}</li>`)}</ul>` : nothing}
      <dl>
        ${fact("Type", shown(elf.type, 100))}
        ${fact("Machine", `${elf.machine}, ${elf.bits} bits, ${elf.isLittleEndian ? "little" : "big"}-endian`)}
        ${fact("System", elf.system)}
        ${fact("Names of functions", stripped)}
        ${elf.interpreter === undefined ? nothing : fact("Loader", mono(elf.interpreter))}
        ${elf.isStatic ? fact("Libraries", "none: it is linked statically") : nothing}
        ${elf.soname === undefined ? nothing : fact("Library’s name", mono(elf.soname))}
        ${elf.runPath === undefined ? nothing : fact("Looks for libraries in", mono(elf.runPath))}
        ${elf.go === undefined ? nothing : fact("Language", elf.go === "" ? "Go" : html`Go, built with ${shown(elf.go, 100)}`)}
        ${elf.isRust ? fact("Language", "Rust") : nothing}
        ${elf.hasExecutableStack ? fact("Stack", html`<span class="warn">may be run as code</span>`) : nothing}
        ${elf.buildId === undefined ? nothing : fact("Build id", html`<layerglass-id full what="build id" .value=${elf.buildId}></layerglass-id>`)}
        ${elf.goBuildId === undefined ? nothing : fact("Go build id", html`<layerglass-id full what="Go build id" .value=${elf.goBuildId}></layerglass-id>`, "all")}
        ${elf.needed.length === 0 ? nothing : fact("Needs the libraries", html`<ul class="list">${this.portions.of("needed", elf.needed).map((name) => html`<li>${mono(name)}</li>`)}</ul>${this.portions.button("needed", elf.needed)}`, "all")}
        ${elf.builders.length === 0 ? nothing : fact("Built with", html`<ul>${elf.builders.map((name) => html`<li>${shown(name, 300)}</li>`)}</ul>`, "all")}
      </dl>`;
  }

  private certificates({ certificates, others, isCut }: CertificateFile): TemplateResult {
    const secret = others.some((other) => other.includes("PRIVATE KEY"));
    return html`<p class="note muted">${count(certificates.length, "certificate")}${isCut ? " and more" : ""}. What they say is shown; no signature is checked.</p>
      ${secret ? html`<p class="note bad">${ICONS.warning} There is a private key in this file.</p>` : nothing}
      <ul class="certificates">${this.portions.of("certificates", certificates).map((each) => html`<li class="card">${"fault" in each ? html`<p class="bad">This certificate is damaged: ${each.fault}.</p>` : this.certificate(each)}</li>`)}</ul>
      ${this.portions.button("certificates", certificates)}`;
  }

  private certificate(certificate: Certificate): TemplateResult {
    const { subject, issuer, names, isAuthority, keyUses, purposes } = certificate;
    const print = this.prints.get(certificate);
    return html`<h3>${shown(subject === "" ? (names[0] ?? "Without a name") : subject, 1000)}</h3>
      <dl>
        ${fact("Valid", validity(certificate))}
        ${fact("Issuer", issuer === subject ? "itself" : shown(issuer, 1000))}
        ${fact("Key", certificate.key)}
        ${fact("Signature", certificate.signature)}
        ${isAuthority ? fact("Authority", "may sign other certificates") : nothing}
        ${purposes.length > 0 ? fact("For", shown(purposes.join(", "), 500)) : nothing}
        ${keyUses.length > 0 ? fact("The key is for", keyUses.join(", ")) : nothing}
        ${names.length > 0 ? fact("Names", html`<ul>${names.slice(0, 100).map((name) => html`<li>${shown(name, 300)}</li>`)}</ul>${names.length > 100 ? `and ${count(names.length - 100, "more name")}` : nothing}`) : nothing}
        ${fact("Serial number", mono(certificate.serial))}
        ${print === undefined ? nothing : fact("SHA-256 fingerprint", html`<layerglass-id what="fingerprint" .value=${print}></layerglass-id>`)}
      </dl>`;
  }
}

function validity({ notBefore, notAfter }: Certificate): TemplateResult {
  const [from, to] = [notBefore, notAfter].map((time) =>
    Number.isNaN(time) ? "a time that is none" : `${shortSeconds(time / 1000)} UTC`,
  );
  const now = Date.now();
  const days = Math.floor(Math.abs(notAfter - now) / DAY);
  const verdict =
    now > notAfter
      ? html`<span class="bad">expired ${count(days, "day")} ago</span>`
      : now < notBefore
        ? html`<span class="warn">not yet valid</span>`
        : Number.isNaN(notAfter)
          ? nothing
          : html`<span class=${days < 30 ? "warn" : "ok"}>${count(days, "day")} left</span>`;
  return html`<span class="num">${from}</span> to <span class="num">${to}</span> ${verdict === nothing ? nothing : html`(${verdict})`}`;
}

function fact(name: string, value: unknown, wide = ""): TemplateResult {
  return html`<div class=${wide}><dt class="label">${name}</dt><dd>${value}</dd></div>`;
}

function mono(value: string): TemplateResult {
  return html`<span class="mono">${shown(value, 1000)}</span>`;
}
