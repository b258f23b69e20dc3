/** The entry `layerglass/vm` for Node. */
import { readFile } from "node:fs/promises";
import { locate } from "./archive/locate.node.js";
import { compile } from "./engine.js";
import type { FileInput } from "./random-access.js";
import { inspectOn } from "./vm/inspect.js";
import type { DiskData, DiskOptions } from "./vm/types.js";
import { vmWasm } from "./vm-module.js";
import { openFiles } from "./worker/files.node.js";

export * from "./vm/index.js";

vmWasm.comesFrom(async () => compile(await readFile(new URL("../wasm/vm/vm_bg.wasm", import.meta.url))));

/**
 * Tells what a file is by its contents, and what its headers say: qcow2, VMDK, VHD, VHDX, disks with MBR or GPT, CDs,
 * kernels, initrds, squashfs and ext, LinuxKit's YAML. Only headers are read. Names of other files, such as that of a
 * backing file, are told and not followed.
 *
 * @example
 * import { inspectDisk } from "layerglass/vm";
 * const disk = await inspectDisk("disk.qcow2");
 * if (disk.detail.format === "qcow2") console.log(disk.virtualSize, disk.detail.backing, disk.detail.snapshots);
 */
export async function inspectDisk(input: FileInput, options: DiskOptions = {}): Promise<DiskData> {
  return inspectOn({ open: locate, openSource: openFiles }, input, options);
}
