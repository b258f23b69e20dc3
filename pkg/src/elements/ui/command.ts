import { html, nothing, type TemplateResult } from "lit";
import { instruction } from "../format/command.js";
import { plain } from "../format/text.js";
import { shown } from "./text.js";

/** So much of a command is shown among other things; its whole text is in the history. */
const MOST = 160;

/** The command that made a layer, in one line's room, with more of it in the tooltip. */
export function commandText(command: string | undefined, most = MOST): TemplateResult {
  if (!command) return html`<span class="muted">no command recorded</span>`;
  const { keyword, text } = instruction(command);
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return html`<span title=${plain(command)}>${keyword ? html`<span class="keyword">${keyword}</span> ` : nothing}<span class="mono">${shown(cut)}</span></span>`;
}
