/** `layerglass packages`: what is installed in an image. */
import { packagesSection } from "../../report/inspected.js";
import { chooseImage } from "../choose.js";
import type { Run } from "../commands.js";
import { EXIT } from "../exit.js";
import { type openInput, scan } from "../open.js";
import { partCommand, perImage } from "../part.js";

export const command = partCommand({
  name: "packages",
  summary: "List the packages of an image: dpkg, apk, rpm, Python, Node, Ruby, Java, Go and Rust.",
  part: "packages",
  table: "packages",
  sections: (report) => perImage(report, packagesSection),
  options: [
    {
      name: "sbom",
      value: "spdx|cyclonedx",
      help: "Write an SPDX 2.3 or CycloneDX 1.6 document of one image",
    },
  ],
  examples: [
    "layerglass packages image.tar",
    "layerglass packages image.tar --csv > packages.csv",
    "layerglass packages image.tar --sbom cyclonedx > image.cdx.json",
  ],
  instead: (run, open) => {
    const format = run.args.word("sbom", ["spdx", "cyclonedx"] as const);
    return format && writeSbom(run, open, format);
  },
});

async function writeSbom(
  run: Run,
  open: () => ReturnType<typeof openInput>,
  format: "spdx" | "cyclonedx",
): Promise<number> {
  const { terminal, signal } = run;
  const { archive, close } = await open();
  try {
    const image = await chooseImage(archive.data, run);
    await scan(archive, run, [image.index]);
    terminal.progress.tell("Reading the packages");
    const { packagesAs } = await import("../../inspect.node.js");
    const text = await packagesAs(archive, image.index, format, { created: creationTime(), signal });
    terminal.progress.clear();
    await terminal.out.line(text.trimEnd());
    return EXIT.fine;
  } finally {
    await close();
  }
}

/** Now, or what `SOURCE_DATE_EPOCH` says, so that what is made twice is the same. */
export function creationTime(): Date {
  const epoch = process.env["SOURCE_DATE_EPOCH"];
  return epoch !== undefined && /^\d{1,12}$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date();
}
