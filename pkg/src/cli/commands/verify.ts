/** `layerglass verify`: every digest, declared and computed. */
import { findingsSection } from "../../report/overview.js";
import { verificationSection } from "../../report/verified.js";
import { partCommand } from "../part.js";

export const command = partCommand({
  name: "verify",
  summary:
    "Recompute every digest, and show what is unusual or wrong in the file. “check --digests” fails on it.",
  part: "verification",
  table: "verification",
  sections: ({ verification, file }) => [...verificationSection(verification), ...findingsSection(file)],
  examples: ["layerglass verify image.tar"],
});
