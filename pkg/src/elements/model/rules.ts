import type { IssueData, IssueRule } from "../../inspect/types.js";

/** What a rule is called, what it is about, and what can be done. */
export interface RuleWords {
  readonly name: string;
  readonly about: string;
  readonly todo: string;
}

/** Words on every rule. */
export const RULES: Readonly<Record<IssueRule, RuleWords>> = {
  secret: {
    name: "Secrets",
    about:
      "Whoever has the image can read what is in any of its layers, deleted or not, and its configuration.",
    todo: "Take the key back where it was given out and make a new one: deleting the file in a later layer does not remove it. Give secrets to a build with secret mounts, and to containers when they start.",
  },
  "root-user": {
    name: "Runs as root",
    about: "A program that is taken over has all rights within its container.",
    todo: "Name another user with USER, unless the program itself gives its rights up.",
  },
  certificate: {
    name: "Certificates",
    about: "After its end a certificate is refused, and what relies on it stops.",
    todo: "Renew it, or update the package that brings it. Old roots in a bundle of many are harmless.",
  },
  "world-writable": {
    name: "Everybody may write",
    about: "Any user of the container can change these files, or what is in these folders.",
    todo: "Give them to the user that needs them, or take the right away with chmod o-w.",
  },
  "set-id": {
    name: "Runs with another’s rights",
    about:
      "Programs that give whoever runs them the rights of their owner or group. Distributions bring a few such as su and passwd.",
    todo: "Look for those that you do not know. What is not needed can lose the right with chmod a-s, in the step that brings it.",
  },
  "package-cache": {
    name: "Caches left behind",
    about: "Package managers keep these for the next time, which never comes in an image.",
    todo: "Do not keep them, or delete them in the same step. A cache mount keeps them out of the image and builds fast.",
  },
  "git-folder": {
    name: "Git history",
    about: "The history of the source is in the image, with everything that was ever in it.",
    todo: "List .git in .dockerignore, or copy only what is needed.",
  },
};

const GRAVITY = { error: 0, warning: 1, info: 2 } as const;

/** The issues of one rule. */
export interface RuleGroup {
  readonly rule: IssueRule;
  readonly gravest: IssueData["severity"];
  readonly issues: readonly IssueData[];
}

/** Issues by rule: the gravest rules first, and the gravest issues of each. */
export function byRule(issues: readonly IssueData[]): readonly RuleGroup[] {
  const groups = new Map<IssueRule, IssueData[]>();
  for (const issue of issues) {
    const known = groups.get(issue.rule);
    if (known) known.push(issue);
    else groups.set(issue.rule, [issue]);
  }
  const order = Object.keys(RULES);
  return [...groups]
    .map(([rule, found]) => {
      const sorted = found.sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
      return { rule, gravest: sorted[0]?.severity ?? "info", issues: sorted };
    })
    .sort((a, b) => GRAVITY[a.gravest] - GRAVITY[b.gravest] || order.indexOf(a.rule) - order.indexOf(b.rule));
}

/** What issues are narrowed down by. */
export interface IssueFilter {
  readonly severity: IssueData["severity"] | "all";
  readonly rule: IssueRule | "all";
  /** Whether containers see it. */
  readonly place: "all" | "seen" | "deleted";
}

/** The issues that a filter lets through. */
export function filterIssues(
  issues: readonly IssueData[],
  { severity, rule, place }: IssueFilter,
): readonly IssueData[] {
  return issues.filter(
    (issue) =>
      (severity === "all" || issue.severity === severity) &&
      (rule === "all" || issue.rule === rule) &&
      (place === "all" || issue.deleted === (place === "deleted")),
  );
}
