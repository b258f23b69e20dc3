import { html, nothing, type TemplateResult } from "lit";
import type { PackageData } from "../../../inspect/types.js";
import { count, exactSize } from "../../format/size.js";
import { PACKAGE_KINDS } from "../../model/packages.js";
import "../../ui/id.js";
import { layerMark } from "../../ui/layer-mark.js";
import { shown } from "../../ui/text.js";

/** So many places of one package are listed. */
const MOST_PLACES = 50;

/** What is known of one package, with the places that tell of it. */
export function packageDetails(
  each: PackageData,
  show: (layer: number, path: string) => void,
  go: (layer: number) => void,
): TemplateResult {
  const { source, locations, missing } = each;
  return html`<dl class="facts">
    <dt>Kind</dt><dd>${PACKAGE_KINDS[each.kind]}${each.architecture ? html`, ${shown(each.architecture, 100)}` : nothing}</dd>
    <dt>Version</dt><dd>${each.version === "" ? html`<span class="muted">none told</span>` : shown(each.version, 300)}</dd>
    <dt>Licence</dt><dd>${each.license ? shown(each.license, 500) : html`<span class="muted">none declared</span>`}</dd>
    ${source ? html`<dt>Source</dt><dd>${shown(source.name, 300)} ${source.version ? shown(source.version, 300) : nothing}</dd>` : nothing}
    ${each.supplier ? html`<dt>Supplier</dt><dd>${shown(each.supplier, 500)}</dd>` : nothing}
    ${each.homepage ? html`<dt>Homepage</dt><dd>${shown(each.homepage, 500)}</dd>` : nothing}
    <dt>Package URL</dt><dd><layerglass-id full what="package URL" .value=${each.purl}></layerglass-id></dd>
    <dt>Size</dt><dd>${exactSize(each.size)} in ${count(each.fileCount, "file or link", "files and links")}${each.installedSize === undefined ? nothing : html`; ${exactSize(each.installedSize)} by its own account`}</dd>
    ${missing > 0 ? html`<dt>Missing</dt><dd>${count(missing, "path that it says is its own is", "paths that it says are its own are")} not in the image.</dd>` : nothing}
    <dt>Since layer</dt><dd>${layerMark(each.layer, go)}</dd>
    <dt>Told by</dt><dd class="places">${locations
      .slice(0, MOST_PLACES)
      .map(
        ({ path, inner, layer }) =>
          html`<span><button type="button" class="link" title=${`Show in layer ${layer + 1}`} @click=${() => show(layer, path)}>${shown(`/${path}`, 400)}</button>${inner === undefined ? nothing : html` <span class="muted">in it ${shown(inner, 300)}</span>`}</span>`,
      )}${locations.length > MOST_PLACES ? html`<span class="muted">and ${count(locations.length - MOST_PLACES, "other place")}</span>` : nothing}</dd>
  </dl>`;
}
