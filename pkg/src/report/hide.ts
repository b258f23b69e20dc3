/** What inspection found, without the values of variables that are secrets by their names. */
import type { ComparisonData, IssuesData, WasteData } from "../inspect/types.js";
import { hideInCommand, namesSecret } from "./secrets.js";

function withoutSecrets<T extends { readonly command?: string }>(part: T): T {
  return part.command === undefined ? part : { ...part, command: hideInCommand(part.command) };
}

export function hideInWaste(waste: WasteData): WasteData {
  return { ...waste, layers: waste.layers.map(withoutSecrets) };
}

export function hideInIssues(issues: IssuesData): IssuesData {
  return { ...issues, issues: issues.issues.map(withoutSecrets) };
}

export function hideInComparison(data: ComparisonData): ComparisonData {
  const hide = (key: string | undefined, value: string) =>
    key !== undefined && namesSecret(key) ? "(hidden)" : hideInCommand(value);
  const config = data.config.map((each) => ({
    ...each,
    ...(each.before !== undefined && { before: hide(each.key, each.before) }),
    ...(each.after !== undefined && { after: hide(each.key, each.after) }),
  }));
  return { ...data, config, history: data.history.map(withoutSecrets) };
}
