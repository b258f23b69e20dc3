import type { Size } from "../../../archive.js";
import type { UsageKey, UsageNode } from "../../../inspect/types.js";

/** What a part of the whole is called. */
export function nodeName(node: UsageNode, by: UsageKey): string {
  if (node.name === null) return "all smaller parts";
  if (node.path === "") return "All files";
  if (node.path !== undefined) return node.name;
  if (by === "layer" && node.layer !== undefined) return `Layer ${node.layer + 1}`;
  if (node.name !== "") return by === "extension" ? `.${node.name}` : node.name;
  return by === "extension" ? "no extension" : "of no package";
}

/** A share in percent: `12.5 %`, `under 0.1 %`. */
export function share(part: Size, whole: Size): string {
  const percent = Number(whole) === 0 ? 0 : (Number(part) / Number(whole)) * 100;
  if (percent > 0 && percent < 0.05) return "under 0.1 %";
  return `${percent >= 99.95 && percent < 100 ? "over 99.9" : percent.toFixed(1)} %`;
}
