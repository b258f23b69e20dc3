import { LayerglassError } from "../error.js";

/** What went wrong in a storage, by the layer it is about. */
export function storageError(thrown: unknown, path: string): LayerglassError {
  if (thrown instanceof LayerglassError) return thrown;
  const { name, code, message } = Object(thrown) as { name?: unknown; code?: unknown; message?: unknown };
  const full = name === "QuotaExceededError" || code === "ENOSPC" || code === "EDQUOT";
  const reason = typeof message === "string" ? message : String(thrown);
  return new LayerglassError(
    {
      kind: "io",
      code: full ? "storage-full" : "storage-failed",
      message: full
        ? `there is no room for the layer ${path}: ${reason}`
        : `the layer ${path} could not be kept: ${reason}`,
      path,
    },
    { cause: thrown },
  );
}
