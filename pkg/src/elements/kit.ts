/** What the elements are made of: words, sizes and times as they write them, icons, and styles. For pages around them. */
export * from "./format/command.js";
export * from "./format/error.js";
export * from "./format/file-name.js";
export * from "./format/id.js";
export * from "./format/size.js";
export * from "./format/text.js";
export * from "./format/time.js";
export * from "./model/place.js";
export * from "./model/save.js";
export * from "./ui/empty.js";
export * from "./ui/icons.js";
export * from "./ui/more.js";
export * from "./ui/styles.js";
export * from "./ui/text.js";
export * from "./ui/tokens.js";
export { findingCard, findingStyles } from "./views/finding.js";
