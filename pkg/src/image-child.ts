/** What images are made from, as arguments. */
import type { HealthcheckData, JsonValue, Size } from "./types.js";

/** A run config in Docker's form, with Docker's names. What is left out is empty. */
export interface RunConfigInput {
  readonly Hostname?: string;
  readonly Domainname?: string;
  readonly User?: string;
  readonly AttachStdin?: boolean;
  readonly AttachStdout?: boolean;
  readonly AttachStderr?: boolean;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  readonly StdinOnce?: boolean;
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | string | null;
  readonly Healthcheck?: {
    readonly Test?: HealthcheckData["test"];
    readonly [key: string]: JsonValue | undefined;
  };
  readonly ArgsEscaped?: boolean;
  readonly Image?: string;
  readonly Volumes?: Readonly<Record<string, Record<string, never>>> | null;
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[] | string | null;
  readonly NetworkDisabled?: boolean;
  readonly MacAddress?: string;
  readonly OnBuild?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
  /** Seconds. */
  readonly StopTimeout?: Size | null;
  readonly Shell?: readonly string[] | string;
}

/** What makes an image out of its parent. */
export interface ChildOptions {
  /** When it is made, in RFC 3339. */
  readonly created: string;
  /** Id of the container it is made from. */
  readonly container?: string;
  readonly author?: string;
  /** A remark on the step. */
  readonly comment?: string;
  /** The layer that it adds; that of an empty tar adds none. */
  readonly diffId: string;
  /** What that container ran with; its command is the step's. */
  readonly containerConfig?: RunConfigInput;
  /** What containers of the image run with. */
  readonly config?: RunConfigInput;
  readonly dockerVersion?: string;
  /** The parent's unless it is said. */
  readonly os?: string;
}
