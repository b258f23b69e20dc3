/** Names for the numbers in the head of an ELF file, as the System V ABI and its supplements give them. */

export const TYPES: Readonly<Record<number, string>> = {
  1: "object, to be linked",
  2: "program",
  3: "shared library",
  4: "memory of a process that crashed",
};

export const SYSTEMS: Readonly<Record<number, string>> = {
  0: "Unix (System V)",
  1: "HP-UX",
  2: "NetBSD",
  3: "Linux",
  6: "Solaris",
  9: "FreeBSD",
  12: "OpenBSD",
};

export const MACHINES: Readonly<Record<number, string>> = {
  2: "SPARC",
  3: "x86",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "IBM Z",
  40: "Arm",
  43: "SPARC 64",
  50: "Itanium",
  62: "x86-64",
  183: "Arm 64",
  243: "RISC-V",
  247: "eBPF",
  258: "LoongArch",
};
