import { createHash } from "node:crypto";

/** @typedef {{ name: string, contents?: Buffer | string, type?: string, mode?: number }} Entry */
/** @typedef {{ kind: string, path: string, layer: number, bytes: number, by: number }} Item */

/**
 * The waste of layers that hold plain files and deletion marks only, worked out step by step as a person would: which copies each
 * layer hides or deletes, and which of those that are left are there twice.
 * @param {Entry[][]} layers
 */
export function wasteByHand(layers) {
  /** @type {Map<string, { layer: number, contents: Buffer }>} */
  const seen = new Map();
  /** @type {Item[]} */
  const items = [];
  let contentSize = 0;
  const drop = (/** @type {string} */ kind, /** @type {string} */ path, /** @type {number} */ by) => {
    const copy = seen.get(path);
    if (!copy) return;
    seen.delete(path);
    if (copy.contents.length > 0)
      items.push({ kind, path, layer: copy.layer, bytes: copy.contents.length, by });
  };
  for (const [layer, entries] of layers.entries()) {
    // Marks speak of the layers below.
    for (const { name } of entries) {
      const [, folder = "", mark] = /^(.*\/)?\.wh\.(.+)$/.exec(name) ?? [];
      if (mark === undefined) continue;
      const prefix = mark === ".wh..opq" ? folder : `${folder}${mark}`;
      const below = [...seen.keys()].filter((path) =>
        mark === ".wh..opq" ? path.startsWith(prefix) : path === prefix || path.startsWith(`${prefix}/`),
      );
      for (const path of below) {
        const again = entries.some((entry) => entry.name === path);
        drop(again ? "overwritten" : "removed", path, layer);
      }
    }
    for (const { name, contents: given = "", type } of entries) {
      if (type === "5" || /(^|\/)\.wh\./.test(name)) continue;
      const contents = Buffer.from(/** @type {string} */ (given));
      contentSize += contents.length;
      drop("overwritten", name, layer);
      seen.set(name, { layer, contents });
    }
  }
  /** @type {Map<string, number>} */
  const first = new Map();
  for (const [path, { layer, contents }] of [...seen].sort(([, a], [, b]) => a.layer - b.layer)) {
    const hash = createHash("sha256").update(contents).digest("hex");
    const counts = first.get(hash);
    if (contents.length === 0) continue;
    if (counts === undefined) first.set(hash, layer);
    else items.push({ kind: "duplicate", path, layer, bytes: contents.length, by: counts });
  }
  const of = (/** @type {string} */ kind) =>
    items.filter((item) => item.kind === kind).reduce((sum, { bytes }) => sum + bytes, 0);
  const kinds = { overwritten: of("overwritten"), removed: of("removed"), duplicate: of("duplicate") };
  const wasted = kinds.overwritten + kinds.removed + kinds.duplicate;
  return { contentSize, ...kinds, wasted, squashed: contentSize - kinds.overwritten - kinds.removed, items };
}
