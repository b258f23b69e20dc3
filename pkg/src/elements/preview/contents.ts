/** Where the contents of files come from. They are loaded when the first file is looked into. */
export type { FileVersion } from "../../transfer.js";

export const contents = () => import("../../transfer.js");
