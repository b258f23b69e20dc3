import type { PlaceEvent } from "layerglass/elements";
import { type Place, placeText, readPlace } from "layerglass/elements/kit";

/** Small moves are written down when they have ended, in milliseconds: browsers allow but a few changes a second. */
const SETTLED = 300;

/** Keeps the place that is shown in the page's address, behind the `#`, and tells when the address leads elsewhere. */
export class Address {
  /** Where the address leads. A new object whenever one is to go there. */
  place: Place = readPlace(location.hash);
  #text = location.hash;
  #later = 0;

  constructor(private readonly changed: () => void) {}

  connect(): void {
    addEventListener("popstate", this.#gone);
  }

  disconnect(): void {
    removeEventListener("popstate", this.#gone);
    clearTimeout(this.#later);
  }

  /** Another place is shown. */
  follow({ place, step }: PlaceEvent): void {
    const text = `#${placeText(place)}`;
    clearTimeout(this.#later);
    if (step) {
      this.#write(this.#text, "replaceState");
      this.#write(text, "pushState");
    } else {
      this.#later = window.setTimeout(() => this.#write(text, "replaceState"), SETTLED);
    }
    this.#text = text;
  }

  /** Nothing is shown that has places. */
  clear(): void {
    clearTimeout(this.#later);
    this.place = {};
    this.#text = "";
    if (location.hash !== "") this.#write("", "replaceState");
  }

  /** The whole address of a place. */
  readonly link = (place: Place): string =>
    new URL(`${location.pathname}${location.search}#${placeText(place)}`, location.origin).href;

  #write(text: string, how: "pushState" | "replaceState"): void {
    try {
      if (location.hash !== text) history[how](null, "", location.pathname + location.search + text);
    } catch {
      // The browser has had enough of changes for now; the next one brings the address up to date.
    }
  }

  readonly #gone = (): void => {
    clearTimeout(this.#later);
    this.#text = location.hash;
    this.place = readPlace(location.hash);
    this.changed();
  };
}
