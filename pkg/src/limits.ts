/** The limits that keep hostile input from growing without bound. What is left out keeps its default. */
export interface Limits {
  /** Length of one JSON document in bytes; 20 MiB. */
  readonly jsonBytes?: number;
  /** Nesting of one JSON document; 128. It can be lowered, not raised. */
  readonly jsonDepth?: number;
  /** Values in one JSON document, counting each number, string, list and object; 1,000,000. */
  readonly jsonValues?: number;
  /** Bytes of all JSON documents of one stream together; 512 MiB. */
  readonly documentBytes?: number;
  /** Entries of an archive file or files of a folder; 1,000,000. */
  readonly archiveEntries?: number;
  /** Entries of one layer; 10,000,000. */
  readonly layerEntries?: number;
  /** Bytes of one extended header; 1 MiB. */
  readonly headerBytes?: number;
  /** Bytes of one path inside a layer; 32 KiB. */
  readonly pathBytes?: number;
  /** Components of one path inside a layer; 2,048. */
  readonly pathDepth?: number;
  /** Symbolic links followed while one path is resolved; 40. */
  readonly symlinks?: number;
  /** Layers of one image; 4,096. It can be raised to 65,535. */
  readonly layers?: number;
  /** Path components looked up while the layers of one image are merged; 200,000,000. */
  readonly mergeSteps?: number;
  /** Data fragments of one sparse file; 100,000. */
  readonly sparseFragments?: number;
  /** Bytes of holes in one layer that are hashed as zeros; 1 GiB. */
  readonly sparseBytes?: number;
  /** Bytes that one compressed stream may unpack to; 1 TiB. */
  readonly unpackedBytes?: number;
  /** Unpacked bytes for each stored byte; 250. */
  readonly expansionRatio?: number;
  /** Unpacked bytes below which the ratio is not looked at; 256 MiB. */
  readonly expansionFloor?: number;
  /** Window of a zstd frame or dictionary of an xz stream in bytes; 128 MiB. */
  readonly windowBytes?: number;
  /** Bytes of the places that the scan of one layer keeps, so that its files open without reading it from its start; 32 MiB. */
  readonly seekBytes?: number;
  /** Images listed by one archive; 10,000. */
  readonly images?: number;
  /** Levels of indexes within indexes; 8. */
  readonly indexDepth?: number;
  /** Names of images in one store; 1,000,000. */
  readonly names?: number;
  /** Bytes of a store's file of names; 128 MiB. */
  readonly namesBytes?: number;
  /** Bytes of one record of a store in a folder; 256 MiB. */
  readonly recordBytes?: number;
  /** Images of one store, damaged ones included, and likewise records kept beside images; 1,000,000. */
  readonly storeKeys?: number;
  /** Problems that opening or verifying a store tells one by one; 10,000. The last one told says how many more there are. */
  readonly storeProblems?: number;
  /** Lines of a file of image records; 1,000,000. */
  readonly records?: number;
  /** Bytes of headers that are read of one disk of a virtual machine; 64 MiB. */
  readonly diskBytes?: number;
  /** Partitions of one disk, extents of one VMDK and the like; 1,024. */
  readonly partitions?: number;
  /** Snapshots of one disk; 65,536. */
  readonly snapshots?: number;
  /** Descriptors in the table of a SIF file, used or not; 10,000. */
  readonly sifDescriptors?: number;
  /** Bytes of a SIF file's definition, labels, signatures and other documents that are read together; 32 MiB. */
  readonly sifDocumentBytes?: number;
  /** Bytes that are hashed for each byte of a SIF file, to compare it with what its signatures state; 16. */
  readonly sifHashRatio?: number;
  /** Signatures of one SIF file that are tried with keys, counting each of an envelope; 1,000. */
  readonly sifSignatures?: number;
  /** Files of one image that are looked at for packages; 1,000,000. */
  readonly packageFiles?: number;
  /** Bytes of one file that are held while packages are looked for in it; 256 MiB. Of programs that is a small part. */
  readonly packageFileBytes?: number;
  /** Packages of one image, counting each place and each version of a database; 500,000. */
  readonly packages?: number;
  /** Paths that the packages of one image say are theirs, those of one file and those of all; 4,000,000. */
  readonly packagePaths?: number;
  /** Members of one Java archive, those of archives in it included; 1,000,000. */
  readonly jarEntries?: number;
  /** Bytes that are unpacked from one Java archive, those of archives in it included; 512 MiB. */
  readonly jarBytes?: number;
  /** Java archives within Java archives; 4. */
  readonly jarDepth?: number;
  /** Bytes of one file that is looked through for secrets and certificates; 1 MiB. Larger ones are not. */
  readonly lintFileBytes?: number;
  /** Issues kept of one image; 10,000. Further ones are counted. */
  readonly lintIssues?: number;
  /** Copies of files of no use that are told one by one for one image; 10,000. Further ones are summed. */
  readonly wasteItems?: number;
  /** Parts that the use of space of one image is told by; 5,000. What is smaller is summed. */
  readonly usageNodes?: number;
  /** Parts within parts of them; 64. What is deeper counts in what is around it. */
  readonly usageDepth?: number;
  /** Pairs of steps by which two histories are laid beside each other; 4,194,304, which is 2,048 steps each. */
  readonly historyCells?: number;
  /** Digests of one file that its verification lists; 200,000. Further ones are counted. */
  readonly verifiedItems?: number;
  /** Findings kept for one layer or archive; 1,000. */
  readonly findings?: number;
}

/** The limits of an opened archive: those of what is read, and one of what is done with its trees. */
export interface OpenLimits extends Limits {
  /** Milliseconds that a regular expression may take over all paths of a tree; 5,000. */
  readonly filterMilliseconds?: number;
}
