/** What is told of files of virtual machines, as plain data. Text may come from the file: show it as text only. */
import type { Finding, Limits, Size } from "../types.js";

/** A disk of QEMU's. */
export interface Qcow2Data {
  readonly format: "qcow2";
  readonly version: 2 | 3;
  /** Bytes. */
  readonly clusterSize: number;
  readonly refcountBits: number;
  /** `deflate` or `zstd`. */
  readonly compression: string;
  readonly encryption?: "aes" | "luks";
  /** The file that holds what this one does not. */
  readonly backing?: { readonly name: string; readonly format?: string };
  /** The file with the guest's data, where it is not in this one. */
  readonly dataFile?: string;
  /** Names of the features in use. */
  readonly features: readonly string[];
  readonly snapshots: readonly SnapshotData[];
}

/** A snapshot of a qcow2 disk. */
export interface SnapshotData {
  readonly id: string;
  readonly name: string;
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly guestNanoseconds: Size;
  /** Bytes of the guest's memory that were kept. */
  readonly stateSize: Size;
  readonly virtualSize?: Size;
}

/** A partition table. */
export interface PartitionTableData {
  readonly scheme: "mbr" | "gpt";
  /** Eight hexadecimal digits, or a GUID. */
  readonly diskId: string;
  /** Bytes. */
  readonly sectorSize: number;
  /** Those inside an extended partition follow the others. */
  readonly partitions: readonly PartitionData[];
}

/** A partition. */
export interface PartitionData {
  /** As Linux counts. */
  readonly number: number;
  /** First byte. */
  readonly offset: Size;
  /** Bytes. */
  readonly size: Size;
  /** Two hexadecimal digits, or a GUID. */
  readonly kind: string;
  /** What that type is for, where it is a usual one. */
  readonly purpose?: string;
  readonly name?: string;
  readonly id?: string;
  readonly bootable: boolean;
}

/** A disk byte for byte, with a partition table. */
export interface RawData extends PartitionTableData {
  readonly format: "raw";
}

/** A disk of VMware's. */
export interface VmdkData {
  readonly format: "vmdk";
  /** 0 for a descriptor alone. */
  readonly version: number;
  readonly grainSize?: Size;
  readonly compressed: boolean;
  /** Such as `monolithicSparse` or `streamOptimized`. */
  readonly createType?: string;
  readonly contentId?: string;
  readonly parentContentId?: string;
  /** Where the disk is that this one builds upon, as it is written there. */
  readonly parent?: string;
  readonly extents: readonly {
    readonly access: string;
    readonly size: Size;
    readonly kind: string;
    readonly file?: string;
  }[];
}

/** A disk of Microsoft's older format. */
export interface VhdData {
  readonly format: "vhd";
  readonly kind: "fixed" | "dynamic" | "differencing";
  readonly id: string;
  /** Four letters. */
  readonly creator: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Cylinders, heads, sectors. */
  readonly geometry: readonly [number, number, number];
  readonly blockSize?: number;
  readonly parentId?: string;
  readonly parent?: string;
  readonly parentLocators: readonly string[];
  /** Of a fixed disk. */
  readonly table?: PartitionTableData;
}

/** A disk of Microsoft's newer format. */
export interface VhdxData {
  readonly format: "vhdx";
  readonly creator: string;
  readonly id: string;
  readonly blockSize: number;
  readonly logicalSectorSize: number;
  readonly physicalSectorSize: number;
  /** All blocks are to be kept. */
  readonly fixed: boolean;
  /** A log has still to be replayed. */
  readonly hasLog: boolean;
  /** What is said of the disk that it builds upon. */
  readonly parentLocator: readonly (readonly [string, string])[];
}

/** A CD. */
export interface IsoData {
  readonly format: "iso";
  readonly volume: string;
  readonly system?: string;
  readonly publisher?: string;
  readonly application?: string;
  /** Year, month, day, hour, minute and second in digits. */
  readonly created?: string;
  readonly blockSize: number;
  /** The volume's name in Unicode. */
  readonly joliet?: string;
  readonly boot: readonly {
    readonly platform: string;
    readonly bootable: boolean;
    readonly media: string;
    readonly offset: Size;
    readonly sectors: number;
  }[];
  /** Of an image that is a disk too. */
  readonly table?: PartitionTableData;
}

/** A Linux kernel. */
export interface KernelData {
  readonly format: "kernel";
  readonly architecture: "x86" | "arm64" | "riscv64";
  /** Of x86. */
  readonly protocol?: string;
  readonly version?: string;
  readonly commandLineBytes?: number;
  readonly relocatable: boolean;
  readonly efiStub: boolean;
  /** Bytes of memory that it takes when it starts. */
  readonly memory?: Size;
}

/** A file system that takes the whole file. */
export interface FileSystemData {
  readonly format: "filesystem";
  readonly kind: "squashfs" | "ext2" | "ext3" | "ext4";
  readonly blockSize: number;
  readonly inodes: number;
  readonly label?: string;
  readonly id?: string;
  readonly compression?: string;
  /** Seconds since 1970. */
  readonly created: number;
}

/** LinuxKit's list of what a machine consists of. */
export interface LinuxKitData {
  readonly format: "linuxkit";
  readonly kernel?: string;
  readonly commandLine?: string;
  readonly init: readonly string[];
  readonly onboot: readonly LinuxKitComponent[];
  readonly onshutdown: readonly LinuxKitComponent[];
  readonly services: readonly LinuxKitComponent[];
  readonly files: readonly string[];
  /** Keys that were not read because of how they are written. */
  readonly unread: readonly string[];
}

/** A container of a LinuxKit machine. */
export interface LinuxKitComponent {
  readonly name: string;
  readonly image: string;
}

/** What a file is, told by `format`, and what its headers say. */
export type DiskDetail =
  | Qcow2Data
  | RawData
  | VmdkData
  | VhdData
  | VhdxData
  | IsoData
  | KernelData
  | FileSystemData
  | LinuxKitData
  /** A cpio archive. */
  | { readonly format: "initrd"; readonly archive: "newc" | "crc" | "odc" }
  /** A compressed stream, as most initrds are. What is in it is not known. */
  | { readonly format: "compressed"; readonly compression: string }
  /** None of these. A disk without partitions looks like that. */
  | { readonly format: "unknown" };

/** What is known of a file of a virtual machine. */
export interface DiskData {
  /** Bytes of the file. */
  readonly size: Size;
  /** Bytes of the disk or file system in it. */
  readonly virtualSize?: Size;
  readonly detail: DiskDetail;
  readonly findings: readonly Finding[];
  /** Further findings, which were only counted. */
  readonly moreFindings: Size;
}

/** How a file is inspected. */
export interface DiskOptions {
  /** Ends the work: the promise rejects with the kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Limits other than the defaults. */
  readonly limits?: Limits;
}
