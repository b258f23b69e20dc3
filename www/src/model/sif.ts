import { exactSize, groupDigits, humanSize, shortTime } from "layerglass/elements/kit";
import type { InspectedSif, RunConfigData, SifObject } from "layerglass/sif";
import { EMPTY, type Fact, fact, known, type Report, table } from "./report.ts";

/** A SIF file, told. */
export function sifReport(sif: InspectedSif): Report {
  const { labels, config, definition, environment, integrity } = sif;
  return {
    ...EMPTY,
    icon: "file",
    title: "SIF image",
    explanation:
      "One packed file system with its definition and what belongs to it, as Apptainer and Singularity run it.",
    facts: known([
      fact("Size", humanSize(sif.size), exactSize(sif.size)),
      fact("Architecture", sif.architecture ?? `unknown (${sif.architectureCode})`),
      fact("Made (UTC)", sif.created && shortTime(sif.created)),
      fact("Changed (UTC)", sif.modified && shortTime(sif.modified)),
      fact("Started with", sif.launchScript),
      fact("Id", sif.id),
      fact("Version of the format", sif.version),
      fact("Objects", `${groupDigits(sif.objects.length)}, room for ${groupDigits(sif.descriptors)}`),
      fact("SHA-256", integrity?.sha256),
      integrity?.signatures.length === 0 ? fact("Signatures", "none") : undefined,
    ]),
    tables: [
      ...table("Objects", ["Id", "What", "Name", "Size", "Detail"], sif.objects.map(objectRow)),
      ...table(
        "OCI images",
        ["Platform", "Manifest", "Layers"],
        sif.images.map(({ platform, manifest, layers }) => [
          platform ? [platform.os, platform.architecture, platform.variant].filter(Boolean).join("/") : "",
          manifest,
          groupDigits(layers.length),
        ]),
      ),
      ...(integrity ? signatures(integrity) : []),
    ],
    pairs: [
      ...(labels && Object.keys(labels).length > 0
        ? [{ title: "Labels", pairs: Object.entries(labels) }]
        : []),
      ...(config ? running(config) : []),
    ],
    texts: [
      ...(definition === undefined ? [] : [{ title: "Definition", text: definition }]),
      ...(environment === undefined ? [] : [{ title: "Environment", text: environment }]),
    ],
    findings: sif.findings,
    moreFindings: sif.moreFindings,
  };
}

function objectRow(object: SifObject): string[] {
  const { id, type, name, size, partition, signature, sbomFormat, link, digest } = object;
  const detail = [
    partition && `${partition.part}, ${partition.fs}, ${partition.architecture ?? "unknown architecture"}`,
    signature && `${signature.form ?? "unreadable"}, ${signature.hash}`,
    sbomFormat,
    digest,
    link && `about ${link.to} ${link.id}`,
  ];
  return [
    String(id),
    `${type.replaceAll("-", " ")}${type === "unknown" ? ` (${object.typeCode})` : ""}`,
    name,
    humanSize(size),
    detail.filter(Boolean).join("; "),
  ];
}

function signatures({ signatures, uncovered }: NonNullable<InspectedSif["integrity"]>) {
  const rows = signatures.map(({ id, form, intact, error, leftOut }) => [
    String(id),
    form ?? "",
    error
      ? error.message
      : intact
        ? "what it states is so"
        : leftOut.length > 0
          ? `leaves out ${leftOut.join(", ")}`
          : "what it states is not so",
  ]);
  if (rows.length === 0) return [];
  const rest = uncovered.length > 0 ? [["", "", `no signature covers ${uncovered.join(", ")}`]] : [];
  return table(
    "Signatures, without who made them",
    ["Id", "Form", "Compared with the file"],
    [...rows, ...rest],
  );
}

/** What containers run with, as names and values. */
function running(config: RunConfigData) {
  const facts: readonly (Fact | undefined)[] = [
    fact("Entrypoint", config.entrypoint?.join(" ")),
    fact("Command", config.cmd?.join(" ")),
    fact("User", config.user),
    fact("Folder", config.workingDir),
    fact("Ports", config.exposedPorts.join(", ")),
    fact("Volumes", config.volumes.join(", ")),
    fact("Stop signal", config.stopSignal),
    ...config.env.map((line) => fact("Variable", line)),
    ...Object.entries(config.labels).map(([name, value]) => fact("Label", `${name}=${value}`)),
  ];
  const pairs = known(facts).map(({ name, value }): readonly [string, string] => [name, value]);
  return pairs.length === 0 ? [] : [{ title: "Runs", pairs }];
}
