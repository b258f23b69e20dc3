import type { LitElement } from "lit";
import { type Place, placeText } from "../model/place.js";
import { PlaceEvent } from "./events.js";

/** Tells the places that an element shows, each once. */
export class PlaceTeller {
  /** The next place was not gone to by the person: it takes the place of the last one. */
  quiet = true;
  #text = "";
  #where = "";

  constructor(private readonly element: LitElement) {}

  /** Tells that this place is shown now, unless it was told already. */
  tell(place: Place): void {
    const text = placeText(place);
    const where = placeText({ ...place, path: "" });
    const step = !this.quiet && where !== this.#where;
    this.quiet = false;
    if (text === this.#text) return;
    this.#text = text;
    this.#where = where;
    this.element.dispatchEvent(new PlaceEvent(place, step));
  }

  /** This place need not be told. */
  told(place: Place): void {
    this.#text = placeText(place);
    this.#where = placeText({ ...place, path: "" });
  }
}
