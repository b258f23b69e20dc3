/** Looking into images on a page. */
import { init, openArchive } from "layerglass/archive";
import { everything, preview } from "../ask.js";

async function on(address, work) {
  const archive = await openArchive(await (await fetch(address)).blob());
  try {
    return await work(archive);
  } finally {
    archive.close();
  }
}

globalThis.tests = {
  everything: (address) => on(address, everything),
  preview: (address, path) => on(address, (archive) => preview(archive, path)),
};
init().then(() => {
  globalThis.ready = true;
});
