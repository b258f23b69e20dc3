/** Where the contents of files come from. They are loaded when the first file is looked into. */
export type { FileVersion } from "../../inspect.js";

export const contents = () => import("../../inspect.js");
