import type { LitElement } from "lit";
import type { ArchiveData, ImageData } from "../../archive.js";
import { plain } from "../format/text.js";
import { findImage, imageName, misfit, type Place, placeText } from "../model/place.js";
import { PlaceEvent } from "./events.js";
import { type Tab, type TabId, tabsOf } from "./tabs.js";

/** Where in an opened file the inspector is. It changes what its element shows, and tells of new places, each once. */
export class Whereabouts {
  /** Position of the image. */
  index = 0;
  layer: number | "all" = "all";
  tab: TabId = "overview";
  /** A path that is to be shown among the files. */
  revealed = "";
  /** What of a link does not fit the file. */
  note = "";
  /** The path that is shown among the files. */
  #path = "";
  /** The next place was not gone to by the person: it takes the place of the last one. */
  #quiet = true;
  #told = "";
  #toldTab = "";

  constructor(private readonly host: LitElement & { data: ArchiveData; wide: boolean }) {}

  get image(): ImageData | undefined {
    return this.host.data.images[this.index];
  }

  /** The views that the image has. */
  get tabs(): readonly Tab[] {
    return this.image ? tabsOf(this.image, this.host.wide) : [];
  }

  /** The view that is shown: the first where an image does not have the one that was asked for. */
  get view(): Tab | undefined {
    return this.tabs.find(({ id }) => id === this.tab) ?? this.tabs[0];
  }

  /** The place that is shown. */
  get place(): Place {
    const { image, layer, view } = this;
    if (!image || !view) return {};
    const place = { image: imageName(image, this.host.data.images), tab: view.id };
    return view.id === "files" ? { ...place, layer, ...(this.#path !== "" && { path: this.#path }) } : place;
  }

  /** Goes where a link leads, as far as it fits the file. */
  goTo(place: Place): void {
    const { images } = this.host.data;
    const meant = place.image === undefined ? firstImage(images) : findImage(place.image, images);
    const image = meant ?? firstImage(images);
    this.note = misfit(place, meant) ?? "";
    this.index = image?.index ?? 0;
    // A bare file system has no config to look at.
    this.tab = (meant && place.tab) ?? (image?.role === "rootfs" ? "files" : "overview");
    const { layer = "all" } = place;
    this.layer = layer === "all" || layer < (image?.layers.length ?? 0) ? layer : "all";
    this.#path = this.revealed = this.note === "" ? (place.path ?? "") : "";
    this.#quiet = true;
    // A link that does not fit stays in the address until the person moves on.
    if (this.note !== "") this.#remember(this.place);
  }

  toImage(index: number): void {
    this.index = index;
    this.layer = "all";
    this.#moved();
    if (this.tab === "files" && (this.image?.layers.length ?? 0) === 0) this.tab = "overview";
  }

  /** To the files of a layer; with a path, to that file. */
  toLayer(layer: number | "all", path = ""): void {
    this.layer = layer;
    this.tab = "files";
    this.#moved();
    this.#path = this.revealed = path;
  }

  /** To the layer so many further, from all together before the first one. False when there is none. */
  toNextLayer(by: number): boolean {
    const next = (this.layer === "all" ? -1 : this.layer) + by;
    if (next < -1 || next >= (this.image?.layers.length ?? 0)) return false;
    this.toLayer(next < 0 ? "all" : next);
    return true;
  }

  toTab(tab: TabId): void {
    // The files are found again as they were left.
    if (tab === "files" && this.tab !== "files") this.revealed = this.#path;
    this.tab = tab;
    this.forget();
  }

  /** A row of the files became the active one. */
  toRow(path: string): void {
    this.#path = path;
    this.tell();
  }

  /** What was to be shown among the files is shown, or is not there. */
  revealDone(path: string, found: boolean): void {
    this.revealed = "";
    if (!found) this.note = `“${plain(path, 300)}” is not among these files.`;
    this.host.requestUpdate();
  }

  /** There is more or less room than before: that a view comes or goes with it is no step of the person's. */
  resized(): void {
    this.#quiet = true;
    this.host.requestUpdate();
  }

  /** What was said of a link is over. */
  forget(): void {
    this.note = "";
    this.host.requestUpdate();
  }

  /** Tells the place that is shown now, unless it was told already. */
  tell(): void {
    const { place } = this;
    if (place.image === undefined) return;
    const step = !this.#quiet && withoutPath(place) !== this.#toldTab;
    this.#quiet = false;
    if (placeText(place) === this.#told) return;
    this.#remember(place);
    this.host.dispatchEvent(new PlaceEvent(place, step));
  }

  #moved(): void {
    this.#path = this.revealed = "";
    this.forget();
  }

  #remember(place: Place): void {
    this.#told = placeText(place);
    this.#toldTab = withoutPath(place);
  }
}

function withoutPath(place: Place): string {
  return placeText({ ...place, path: "" });
}

/** The first image that can be looked into: an index often begins with platforms that are not in the file. */
function firstImage(images: readonly ImageData[]): ImageData | undefined {
  return images.find(({ presence, role }) => presence === "complete" && role === "image") ?? images[0];
}
