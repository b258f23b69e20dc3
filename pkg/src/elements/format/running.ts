import type { RunConfigData } from "../../archive.js";
import { duration } from "./time.js";

/** A part of a sentence: words of ours, or text of the image. */
export type Piece = string | { readonly code: string };

/** Of each list so many are told in a sentence. */
const MOST_TOLD = 4;

/** What containers of an image do, in sentences. */
export function running(config: RunConfigData): Piece[] {
  return [...command(config), ...facts(config)];
}

function command({ entrypoint = [], cmd = [], user, workingDir }: RunConfigData): Piece[] {
  const where: Piece[] = [...asUser(user), ", in ", { code: workingDir || "/" }, ". "];
  const words = [...entrypoint, ...cmd];
  if (words.length === 0)
    return ["Names no command: one must be given when a container is started. It runs", ...where];
  const runs: Piece[] = ["Runs ", { code: commandLine(words) }, ...where];
  if (cmd.length === 0) return runs;
  if (entrypoint.length === 0) return [...runs, "Another command can be given when a container is started. "];
  return [
    ...runs,
    "What is given when a container is started takes the place of ",
    { code: commandLine(cmd) },
    ". ",
  ];
}

function asUser(user: string): Piece[] {
  const [name = "", group] = user.split(":", 2);
  const groups: Piece[] = group ? [" and group ", { code: group }] : [];
  if (name === "") return [" as root (no user is set)", ...groups];
  if (name === "0" || name === "root") return [" as root", ...groups];
  return [" as user ", { code: name }, ...groups];
}

function facts(config: RunConfigData): Piece[] {
  const told: Piece[][] = [];
  if (config.exposedPorts.length > 0) told.push(["listens on ", ...list(config.exposedPorts)]);
  if (config.volumes.length > 0)
    told.push([
      config.volumes.length === 1 ? "keeps data in the volume " : "keeps data in the volumes ",
      ...list(config.volumes),
    ]);
  if (config.stopSignal) told.push(["is stopped with ", { code: config.stopSignal }]);
  const { healthcheck } = config;
  if (healthcheck?.test[0] === "NONE") told.push(["has its health check switched off"]);
  else if (healthcheck && healthcheck.test.length > 0)
    told.push([
      "is asked how it is",
      ...(healthcheck.interval ? [` every ${duration(healthcheck.interval)}`] : []),
      " by ",
      {
        code: commandLine(
          healthcheck.test.slice(
            healthcheck.test[0] === "CMD" || healthcheck.test[0] === "CMD-SHELL" ? 1 : 0,
          ),
        ),
      },
    ]);
  if (told.length === 0) return [];
  return ["It ", ...joined(told), "."];
}

/** `a, b and c`. */
function joined(parts: readonly Piece[][]): Piece[] {
  return parts.flatMap((part, index) => [
    ...(index === 0 ? [] : index === parts.length - 1 ? [" and "] : [", "]),
    ...part,
  ]);
}

function list(items: readonly string[]): Piece[] {
  const told: Piece[][] = items.slice(0, MOST_TOLD).map((code) => [{ code }]);
  if (items.length > MOST_TOLD) told.push([`${items.length - MOST_TOLD} more`]);
  return joined(told);
}

/** Words as one would type them: those that a shell would take apart are quoted. */
export function commandLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
