/** What `layerglass/report` exports beside `collectReport`. */
export { LayerglassError } from "../error.js";
export { REPORT_PARTS, type ReportOptions, type ReportProgress } from "./collect.js";
export {
  type FormatOptions,
  formatReport,
  REPORT_ENDINGS,
  REPORT_ROWS,
  type ReportFormat,
} from "./format.js";
export * from "./types.js";
