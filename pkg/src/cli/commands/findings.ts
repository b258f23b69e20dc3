/** `layerglass findings`: what about an image should worry whoever ships it. */
import { issuesSection } from "../../report/inspected.js";
import { partCommand, perImage } from "../part.js";

export const command = partCommand({
  name: "findings",
  summary: "Show what is unsafe: root user, secrets, set-id and world-writable files, caches, certificates.",
  part: "issues",
  table: "findings",
  sections: (report) => perImage(report, issuesSection),
  examples: ["layerglass findings image.tar", "layerglass findings image.tar --json | jq '.images[].issues'"],
});
