/** A digest cut in the middle: `sha256:30ebaeee480c…c898`. Start and end are what people compare. */
export function shortDigest(digest: string, head = 12, tail = 4): string {
  const colon = digest.indexOf(":");
  const start = colon < 0 ? 0 : colon + 1;
  if (digest.length - start <= head + tail + 1) return digest;
  return `${digest.slice(0, start + head)}…${digest.slice(-tail)}`;
}

/** `linux/arm64/v8`. */
export function platformName(platform: {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}): string {
  const parts = [platform.os || "?", platform.architecture || "?"];
  if (platform.variant) parts.push(platform.variant);
  return parts.join("/") + (platform.osVersion ? ` (${platform.osVersion})` : "");
}

/** Permission bits as `ls` shows them: `rwsr-xr-x`. */
export function modeText(mode: number): string {
  const bit = (mask: number, letter: string): string => ((mode & mask) !== 0 ? letter : "-");
  const last = (execute: number, special: number, lower: string, upper: string): string =>
    (mode & special) === 0 ? bit(execute, "x") : (mode & execute) !== 0 ? lower : upper;
  return (
    bit(0o400, "r") +
    bit(0o200, "w") +
    last(0o100, 0o4000, "s", "S") +
    bit(0o040, "r") +
    bit(0o020, "w") +
    last(0o010, 0o2000, "s", "S") +
    bit(0o004, "r") +
    bit(0o002, "w") +
    last(0o001, 0o1000, "t", "T")
  );
}

/** Bytes in hex, cut after `most` of them. */
export function hexBytes(bytes: Uint8Array, most = 64): string {
  const shown = Array.from(bytes.subarray(0, most), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > most ? `${shown} … (${bytes.length} bytes)` : shown;
}
