import { count, exactSize, groupDigits, humanSize, shortSeconds } from "layerglass/elements/kit";
import type { DiskData, DiskDetail, PartitionTableData, Size } from "layerglass/vm";
import { EMPTY, type Fact, fact, known, type Report, table } from "./report.ts";

/** What is told of one format. */
type Told = Partial<Pick<Report, "facts" | "tables" | "pairs" | "texts">> &
  Pick<Report, "title" | "explanation"> & { readonly sizeName?: string };

/** A disk, a kernel or another file of a virtual machine, told. */
export function diskReport(disk: DiskData): Report {
  const { sizeName = "Size of the disk", facts = [], ...told } = tell(disk.detail);
  const sizes = [
    sizeFact("Size of the file", disk.size),
    disk.virtualSize === undefined ? undefined : sizeFact(sizeName, disk.virtualSize),
  ];
  return {
    ...EMPTY,
    icon: "disk",
    ...told,
    facts: [...known(sizes), ...facts],
    findings: disk.findings,
    moreFindings: disk.moreFindings,
  };
}

function sizeFact(name: string, size: Size): Fact {
  return { name, value: humanSize(size), hint: exactSize(size) };
}

/** A length that is a power of two: to the byte. */
function bytes(name: string, size: Size | undefined): Fact | undefined {
  return size === undefined ? undefined : fact(name, exactSize(size));
}

function yes(flag: boolean): string {
  return flag ? "yes" : "no";
}

function tell(detail: DiskDetail): Told {
  switch (detail.format) {
    case "qcow2":
      return {
        title: "qcow2 disk",
        explanation: "A disk of QEMU’s, which keeps only what was written to it.",
        facts: known([
          fact("Version", detail.version),
          bytes("Cluster size", detail.clusterSize),
          fact("Compression", detail.compression),
          fact("Encryption", detail.encryption ?? "none"),
          fact("Backing file", detail.backing?.name ?? "none: the disk is complete in this file"),
          fact("Format of the backing file", detail.backing && (detail.backing.format ?? "not written down")),
          fact("Data file", detail.dataFile),
          fact("Features", detail.features.join(", ") || "none beside the usual ones"),
          fact("Bits of a reference count", detail.refcountBits),
        ]),
        tables: table(
          "Snapshots",
          ["Id", "Name", "Made (UTC)", "Disk", "Memory"],
          detail.snapshots.map(({ id, name, seconds, virtualSize, stateSize }) => [
            id,
            name,
            shortSeconds(seconds),
            virtualSize === undefined ? "" : humanSize(virtualSize),
            Number(stateSize) === 0 ? "not kept" : humanSize(stateSize),
          ]),
        ),
      };
    case "raw":
      return {
        title: detail.scheme === "gpt" ? "Disk with a GUID partition table" : "Disk with an MBR",
        explanation: "A disk byte for byte, as it would be on a machine.",
        ...partitions(detail),
      };
    case "vmdk":
      return {
        title: "VMDK disk",
        explanation:
          detail.version === 0
            ? "The description of a disk of VMware’s. The disk itself is in other files."
            : "A disk of VMware’s.",
        facts: known([
          fact("Kind", detail.createType),
          fact("Version", detail.version || undefined),
          bytes("Grain size", detail.grainSize),
          fact("Compressed", yes(detail.compressed)),
          fact("Content id", detail.contentId),
          fact("Builds upon", detail.parent),
          fact("Content id of that", detail.parentContentId),
        ]),
        tables: table(
          "Extents",
          ["Access", "Kind", "Size", "File"],
          detail.extents.map(({ access, kind, size, file }) => [access, kind, humanSize(size), file ?? ""]),
        ),
      };
    case "vhd": {
      const table = detail.table && partitions(detail.table);
      return {
        title: "VHD disk",
        explanation: `A disk of Microsoft’s older format, ${VHD_KINDS[detail.kind]}.`,
        facts: known([
          fact("Id", detail.id),
          fact("Written by", detail.creator),
          fact("Made (UTC)", shortSeconds(detail.created)),
          fact("Cylinders, heads, sectors", detail.geometry.map(groupDigits).join(", ")),
          bytes("Block size", detail.blockSize),
          fact("Builds upon", detail.parent),
          fact("Id of that", detail.parentId),
          fact("Also found as", detail.parentLocators.join(", ")),
          ...(table?.facts ?? []),
        ]),
        tables: table?.tables ?? [],
      };
    }
    case "vhdx":
      return {
        title: "VHDX disk",
        explanation: "A disk of Microsoft’s newer format.",
        facts: known([
          fact("Id", detail.id),
          fact("Written by", detail.creator),
          bytes("Block size", detail.blockSize),
          fact("Sectors", `${detail.logicalSectorSize} bytes, on ${detail.physicalSectorSize}`),
          fact("Of a fixed size", yes(detail.fixed)),
          fact("Log to be replayed", yes(detail.hasLog)),
        ]),
        pairs:
          detail.parentLocator.length === 0 ? [] : [{ title: "Builds upon", pairs: detail.parentLocator }],
      };
    case "iso": {
      const table_ = detail.table && partitions(detail.table);
      return {
        title: "ISO 9660 image",
        explanation: detail.table ? "A CD that is a disk too, as it is written to USB sticks." : "A CD.",
        sizeName: "Size of the volume",
        facts: known([
          fact("Volume", detail.volume),
          fact("Volume in Unicode", detail.joliet),
          fact("System", detail.system),
          fact("Publisher", detail.publisher),
          fact("Made with", detail.application),
          fact("Made", detail.created?.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d).*$/, "$1-$2-$3 $4:$5")),
          ...(table_?.facts ?? []),
        ]),
        tables: [
          ...table(
            "Booted from it",
            ["Machines", "Shown as", "First byte", "Boots"],
            detail.boot.map(({ platform, media, offset, bootable }) => [
              platform,
              media === "none" ? "what it is" : media,
              groupDigits(offset),
              yes(bootable),
            ]),
          ),
          ...(table_?.tables ?? []),
        ],
      };
    }
    case "kernel":
      return {
        title: "Linux kernel",
        explanation: "What a machine starts first.",
        facts: known([
          fact("Version", detail.version ?? "not said"),
          fact("Processor", detail.architecture),
          fact("Boot protocol", detail.protocol),
          bytes("Command line at most", detail.commandLineBytes),
          fact("Started by UEFI", yes(detail.efiStub)),
          fact("Relocatable", yes(detail.relocatable)),
          bytes("Memory at the start", detail.memory),
        ]),
      };
    case "initrd":
      return {
        title: "Initrd",
        explanation: "A cpio archive, as kernels take it for their first files.",
        facts: known([fact("Form", detail.archive)]),
      };
    case "compressed":
      return {
        title: "Compressed stream",
        explanation: "The first files of a machine, its initrd, are often packed like this.",
        facts: known([fact("Compression", detail.compression)]),
      };
    case "filesystem":
      return {
        title: `${detail.kind} file system`,
        explanation: "One file system that takes the whole file. It has no layers.",
        sizeName: "Size of the file system",
        facts: known([
          fact("Label", detail.label),
          fact("Id", detail.id),
          bytes("Block size", detail.blockSize),
          fact(detail.kind === "squashfs" ? "Inodes" : "Room for inodes", groupDigits(detail.inodes)),
          fact("Compression", detail.compression),
          fact("Made (UTC)", shortSeconds(detail.created)),
        ]),
      };
    case "linuxkit":
      return {
        title: "LinuxKit machine",
        explanation: "The list of what a machine consists of. The images themselves are in a registry.",
        facts: known([
          fact("Kernel", detail.kernel),
          fact("Command line", detail.commandLine),
          fact("Root file system", detail.init.join(", ")),
          fact("Files", detail.files.join(", ")),
          fact("Not read", detail.unread.join(", ")),
        ]),
        tables: [
          ...components("Runs at the start", detail.onboot),
          ...components("Services", detail.services),
          ...components("Runs at the end", detail.onshutdown),
        ],
      };
    case "unknown":
      return {
        title: "Unknown file",
        explanation: "None of the formats that are known here. A disk without partitions looks like this.",
      };
  }
}

const VHD_KINDS = {
  fixed: "as large as the disk in it",
  dynamic: "which grows as it is written to",
  differencing: "which holds what differs from another disk",
} as const;

function components(title: string, list: readonly { readonly name: string; readonly image: string }[]) {
  return table(
    title,
    ["Name", "Image"],
    list.map(({ name, image }) => [name, image]),
  );
}

function partitions(disk: PartitionTableData): Pick<Report, "facts" | "tables"> {
  return {
    facts: known([
      fact("Partition table", disk.scheme === "gpt" ? "GPT" : "MBR"),
      fact("Id of the disk", disk.diskId),
      bytes("Sector size", disk.sectorSize),
      disk.partitions.length === 0 ? fact("Partitions", count(0, "partition")) : undefined,
    ]),
    tables: table(
      "Partitions",
      ["No.", "Use", "Name", "Size", "First byte", "Boots"],
      disk.partitions.map((each) => [
        String(each.number),
        each.purpose ?? `type ${each.kind}`,
        each.name ?? "",
        humanSize(each.size),
        groupDigits(each.offset),
        each.bootable ? "yes" : "",
      ]),
    ),
  };
}
