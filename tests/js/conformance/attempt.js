import { LayerglassError } from "layerglass";

/** What a call gives, or the typed error that it throws; any other error is a failure. */
export function tried(work) {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof LayerglassError) return { error };
    throw error;
  }
}

export const failed = (attempt) => attempt.error !== undefined;

/** Absent, null and empty are all "none". */
export const nullable = (value) => (value === undefined || value === "" ? null : value);

export const utf8 = (text) => new TextEncoder().encode(text);
