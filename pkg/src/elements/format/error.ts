import type { ErrorData } from "../../archive.js";
import { groupDigits } from "./size.js";
import { plain } from "./text.js";

/** Any thrown value as error data. */
export function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof Error && "toJSON" in thrown && typeof thrown.toJSON === "function") {
    const data: unknown = thrown.toJSON();
    if (isErrorData(data)) return data;
  }
  if (isErrorData(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { kind: "io", code: "unexpected", message };
}

function isErrorData(value: unknown): value is ErrorData {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    typeof value.kind === "string" &&
    "code" in value &&
    typeof value.code === "string" &&
    "message" in value &&
    typeof value.message === "string"
  );
}

/** Where in the input the error lies, in words; empty when it has no place. */
export function errorPlace(error: Pick<ErrorData, "path" | "offset">): string {
  const parts: string[] = [];
  if (error.path !== undefined) parts.push(`in ${plain(error.path, 300)}`);
  if (error.offset !== undefined) parts.push(`at byte ${groupDigits(error.offset)}`);
  return parts.join(" ");
}

/** What a person can do about it. */
export function errorAdvice(error: ErrorData): string {
  switch (error.kind) {
    case "corrupt":
      return "The file is damaged or was not copied completely. Copy or save it again and compare its size with the original.";
    case "unsupported":
      return "Layerglass reads files written by docker save, podman, skopeo, buildkit, kaniko and the like, OCI layouts, SIF files, disks and kernels. Check that this is the file you meant.";
    case "limit":
      return "The file asks for more than Layerglass allows itself, which protects this browser from hostile files. The library can be used with higher limits.";
    case "not_found":
      return "Something that the file refers to is not in it. Save the image again, with all its parts.";
    case "aborted":
      return "The work was stopped. Open the file again to start over.";
    case "io":
      return "The browser could not read the file. It may have been moved, changed or be on a drive that is no longer there: pick it again.";
    default:
      return "Check that this is the file you meant, or save the image again.";
  }
}
