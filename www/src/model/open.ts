import type { openArchive } from "layerglass/archive";

/** What `openArchive` takes. */
export type OpenInput = Parameters<typeof openArchive>[0];

/** Something to open: what the person chose, before anything is known of it. */
export interface Subject {
  readonly name: string;
  readonly form: "file" | "folder";
  /** Bytes, when known beforehand. */
  readonly size?: number;
  readonly input: OpenInput;
  /** When the file was last changed, in milliseconds since 1970, where the browser tells. */
  readonly modified?: number;
  /** Its id in the library, when it comes from there. */
  readonly kept?: string;
}
