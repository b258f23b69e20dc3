/** Opens and scans an archive and does not close it: the process must end all the same. */
import { openArchive } from "layerglass/archive";

const archive = await openArchive(process.argv[2]);
const data = await archive.scan();
console.log(data.layers.every(({ state }) => state === "scanned") ? "scanned" : "not scanned");
