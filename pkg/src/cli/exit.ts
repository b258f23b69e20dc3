/** How the command ends. */

/** Exit codes, which scripts may rely on. */
export const EXIT = {
  fine: 0,
  /** A rule of `check` is broken, or `diff --exit-code` found a difference. */
  broken: 1,
  usage: 2,
  /** The file could not be read, or not to its end. */
  unreadable: 3,
  unwritable: 4,
  /** As shells say it of what Ctrl-C ended. */
  interrupted: 130,
  /** As shells say it of what wrote to nobody. */
  brokenPipe: 141,
  terminated: 143,
} as const;

/** The command line is not understood, or does not fit the file. */
export class UsageError extends Error {
  /** Name of the command whose help is worth reading. */
  command: string | undefined;
}

/** The output could not be written. */
export class OutputError extends Error {}

/** Nobody reads the output any more. */
export class BrokenPipe extends Error {}
