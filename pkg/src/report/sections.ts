/** All sections of a report, in order. */
import { comparisonSections } from "./differences.js";
import { issuesSection, packagesSection, wasteSection } from "./inspected.js";
import type { Section } from "./model.js";
import { fileSection, findingsSection, imageSections } from "./overview.js";
import type { ReportData } from "./types.js";
import { missingSection, verificationSection } from "./verified.js";

/** What there is to say. */
export function sectionsOf(data: ReportData): Section[] {
  return [
    fileSection(data),
    ...missingSection(data),
    ...data.images.flatMap((image) => [
      ...imageSections(image),
      ...wasteSection(image),
      ...packagesSection(image),
      ...issuesSection(image),
    ]),
    ...comparisonSections(data.comparison),
    ...findingsSection(data.file),
    ...verificationSection(data.verification),
  ];
}
