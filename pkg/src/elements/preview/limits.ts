/** The limits that keep a hostile or huge file from filling the page. All of them are told where they cut something off. */
export const PREVIEW_LIMITS = {
  /** Bytes that are read of a file at first; 256 KiB. */
  headBytes: 1 << 18,
  /** Bytes of a file that are ever shown as text or in hex; 16 MiB. */
  shownBytes: 1 << 24,
  /** Each time more is asked for, so many times as much is read. */
  growth: 4,
  /** Bytes of a JSON document that is shown folded; 4 MiB. */
  jsonBytes: 1 << 22,
  /** Nesting of a JSON document that is shown folded; 128. */
  jsonDepth: 128,
  /** Lines of a JSON document that is shown folded; 500,000. */
  jsonLines: 500_000,
  /** Bytes of a picture; 32 MiB. */
  imageBytes: 1 << 25,
  /** Pixels of a picture, which the browser holds unpacked; 64 million. */
  imagePixels: 64_000_000,
  /** Bytes of a drawing in SVG: the browser draws it with the page's own time; 1 MiB. */
  svgBytes: 1 << 20,
  /** Bytes of a program whose headers are read; 64 MiB. */
  elfBytes: 1 << 26,
  /** Bytes of a file of certificates; 4 MiB. */
  certificateBytes: 1 << 22,
  /** Certificates of one file; 1,000. */
  certificates: 1000,
  /** Lines that are shown; 200,000. */
  lines: 200_000,
  /** Characters of one row: a longer line goes on in the next row; 500. */
  rowCharacters: 500,
  /** Characters of one row that are named one by one because they cannot be seen; the others are named in plain text; 50. */
  rowSigns: 50,
  /** Characters of a text that is coloured; 400,000. */
  highlightCharacters: 400_000,
  /** Runs of one colour in a text; 300,000. */
  highlightRuns: 300_000,
  /** Milliseconds that colouring a text may take; 4 seconds. */
  highlightTime: 4000,
  /** Places where a word is found; 10,000. */
  found: 10_000,
  /** Bytes of each side of a comparison; 4 MiB. */
  diffBytes: 1 << 22,
  /** Bytes of each side of a comparison in hex, from shortly before the first difference; 512 KiB. */
  diffHexBytes: 1 << 19,
  /** Milliseconds that comparing line by line may take; 5 seconds. */
  diffTime: 5000,
  /** Characters that are shown of a line of a comparison; 2,000. */
  diffLineCharacters: 2000,
  /** Characters of a line within which changed words are looked for; 2,000. */
  diffWordCharacters: 2000,
} as const;
