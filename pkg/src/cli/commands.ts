/** The commands, each loaded when it is asked for. */
import type { Arguments, Usage } from "./args.js";
import type { Terminal } from "./terminal.js";

/** What a command is run with. */
export interface Run {
  readonly args: Arguments;
  readonly terminal: Terminal;
  /** Ends the work. */
  readonly signal: AbortSignal;
}

/** A command: what it takes, and its work, which gives the exit code. */
export interface Command {
  readonly usage: Usage;
  run(run: Run): Promise<number>;
}

/** By name: what it does in a line, and how it is loaded. */
export const COMMANDS: Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ readonly command: Command }> }>
> = {
  inspect: {
    summary: "Show what a file is, and its images with config, layers and history",
    load: () => import("./commands/inspect.js"),
  },
  files: {
    summary: "List the files of an image or of one of its layers",
    load: () => import("./commands/files.js"),
  },
  diff: {
    summary: "Compare two images: config, history, packages, files, sizes",
    load: () => import("./commands/diff.js"),
  },
  check: {
    summary: "Check images against rules, for CI",
    load: () => import("./commands/check.js"),
  },
  packages: {
    summary: "List the packages of an image, or write them as SPDX or CycloneDX",
    load: () => import("./commands/packages.js"),
  },
  waste: {
    summary: "Show what is overwritten, deleted later or stored twice",
    load: () => import("./commands/waste.js"),
  },
  findings: {
    summary: "Show what is unsafe: root user, secrets, set-id files, caches, …",
    load: () => import("./commands/findings.js"),
  },
  verify: {
    summary: "Recompute every digest",
    load: () => import("./commands/verify.js"),
  },
  report: {
    summary: "Write all that is known as HTML, Markdown, JSON or CSV",
    load: () => import("./commands/report.js"),
  },
  convert: {
    summary: "Write images in another format, compression, or fewer layers",
    load: () => import("./commands/convert.js"),
  },
};
