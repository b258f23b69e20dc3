/** `layerglass waste`: bytes of an image that are of no use. */
import { wasteSection } from "../../report/inspected.js";
import { partCommand, perImage } from "../part.js";

export const command = partCommand({
  name: "waste",
  summary: "Show what of an image is overwritten, deleted later or stored twice, and which command did it.",
  part: "waste",
  table: "waste",
  sections: (report) => perImage(report, wasteSection),
  examples: ["layerglass waste image.tar --rows 20"],
});
