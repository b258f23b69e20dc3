/** The entry `layerglass/vm` for browsers: what disks, kernels and other files of virtual machines are. */
import { locate } from "./archive/locate.js";
import type { FileInput } from "./random-access.js";
import { inspectOn } from "./vm/inspect.js";
import type { DiskData, DiskOptions } from "./vm/types.js";
import { openRemote } from "./worker/remote.js";

export * from "./vm/index.js";

/**
 * Tells what a file is by its contents, and what its headers say: qcow2, VMDK, VHD, VHDX, disks with MBR or GPT, CDs,
 * kernels, initrds, squashfs and ext, LinuxKit's YAML. Only headers are read. Names of other files, such as that of a
 * backing file, are told and not followed.
 *
 * @example
 * import { inspectDisk } from "layerglass/vm";
 * const disk = await inspectDisk(input.files[0]);
 * if (disk.detail.format === "qcow2") console.log(disk.virtualSize, disk.detail.backing, disk.detail.snapshots);
 */
export async function inspectDisk(input: FileInput, options: DiskOptions = {}): Promise<DiskData> {
  return inspectOn({ open: locate, openSource: openRemote }, input, options);
}
