import { html, type TemplateResult } from "lit";
import { runs } from "../format/text.js";

/** No line of an image may fill the page: what is longer is cut, and says so. */
const MOST = 4096;

/** Text from an image, as text nodes only, isolated in its direction, with what cannot be seen named. */
export function shown(text: string, most = MOST): TemplateResult {
  const cut = text.length > most ? text.slice(0, most) : text;
  return html`<bdi dir="auto">${runs(cut).map((run) =>
    "text" in run ? run.text : html`<span class="sign" title=${run.name}>${run.sign}</span>`,
  )}</bdi>${text.length > most ? html`<span class="cut">… ${text.length - most} more characters</span>` : null}`;
}
