/** Keeping passwords out of reports, which are passed on more freely than images are. */
import type { HistoryStep, RunConfigData } from "../types.js";

/** Names of variables whose values are nobody's business. */
const SECRET_NAME =
  /pass(?:w(?:or)?d|phrase)?(?:_|$)|secret|token|api_?key|access_?key|private_?key|credential|(?:^|_)auth(?:_|$)/i;

/** `NAME=value` inside a command, with or without quotes. The name is cut short so that no text makes this slow. */
const ASSIGNMENT = /(?<![\w-])(-{0,2}[A-Za-z_][\w-]{0,80}=)("[^"]*"|'[^']*'|[^\s"'\\;&|]+)/g;

/** What stands in the place of a value. */
const HIDDEN = "(hidden)";

/** Does a variable of this name hold a secret, as far as its name tells? */
export function namesSecret(name: string): boolean {
  return name.length <= 200 && SECRET_NAME.test(name.replaceAll("-", "_"));
}

/** A command without the values of variables that are secrets by their names. */
export function hideInCommand(command: string): string {
  return command.replace(ASSIGNMENT, (whole, name: string) =>
    namesSecret(name.replace(/^-+|=$/g, "")) ? `${name}${HIDDEN}` : whole,
  );
}

/** An entry of the environment, `NAME=value`. */
export function hideInVariable(variable: string): string {
  const at = variable.indexOf("=");
  return at > 0 && namesSecret(variable.slice(0, at)) ? `${variable.slice(0, at)}=${HIDDEN}` : variable;
}

/** What containers run with, without secrets. */
export function hideInConfig(config: RunConfigData): RunConfigData {
  const commands = (texts: readonly string[]) => texts.map(hideInCommand);
  const labels = Object.fromEntries(
    Object.entries(config.labels).map(([name, value]) => [
      name,
      namesSecret(name) ? HIDDEN : hideInCommand(value),
    ]),
  );
  return {
    ...config,
    env: config.env.map(hideInVariable),
    labels,
    onBuild: commands(config.onBuild),
    ...(config.entrypoint && { entrypoint: commands(config.entrypoint) }),
    ...(config.cmd && { cmd: commands(config.cmd) }),
    ...(config.healthcheck && {
      healthcheck: { ...config.healthcheck, test: commands(config.healthcheck.test) },
    }),
  };
}

/** A step of the history, without secrets. */
export function hideInStep(step: HistoryStep): HistoryStep {
  return {
    ...step,
    ...(step.createdBy !== undefined && { createdBy: hideInCommand(step.createdBy) }),
    ...(step.comment !== undefined && { comment: hideInCommand(step.comment) }),
  };
}
