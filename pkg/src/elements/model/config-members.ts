import type { ConfigDifference } from "../../inspect/types.js";

const MEMBERS: Readonly<Record<string, string>> = {
  platform: "Platform",
  created: "Created",
  author: "Author",
  user: "User",
  env: "Variable",
  entrypoint: "Entrypoint",
  cmd: "Command",
  workingDir: "Folder",
  exposedPorts: "Port",
  volumes: "Volume",
  labels: "Label",
  stopSignal: "Stop signal",
  healthcheck: "Health check",
  shell: "Shell",
  onBuild: "Steps for images built on it",
};

const HEALTH: Readonly<Record<string, string>> = {
  startPeriod: "start period",
  startInterval: "start interval",
};

/** What a member of the config is called, and the name within it. */
export function memberName({ member, key }: ConfigDifference): {
  readonly name: string;
  readonly key: string;
} {
  const name = MEMBERS[member] ?? member;
  if (member === "healthcheck") return { name, key: HEALTH[key ?? ""] ?? key ?? "" };
  return { name, key: key ?? "" };
}
