import type { TextRow } from "./lines.js";

/** Where a word was found. */
export interface Place {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** The places of a word in a text, letters being the same in capitals. */
export class Finder {
  readonly places: readonly Place[];
  /** There are more places than were kept. */
  readonly isCut: boolean;
  readonly #byRow = new Map<number, Place[]>();

  constructor(rows: readonly TextRow[], word: string, most = 10_000) {
    const places: Place[] = [];
    let isCut = false;
    if (word !== "") {
      // Only letters that stand for themselves: nothing in it takes longer than the text is long.
      const pattern = new RegExp(word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu");
      search: for (const [row, { text }] of rows.entries()) {
        for (const match of text.matchAll(pattern)) {
          if (places.length >= most) {
            isCut = true;
            break search;
          }
          places.push({ row, from: match.index, to: match.index + match[0].length });
        }
      }
    }
    for (const place of places) {
      const own = this.#byRow.get(place.row);
      if (own) own.push(place);
      else this.#byRow.set(place.row, [place]);
    }
    this.places = places;
    this.isCut = isCut;
  }

  /** The places in one row. */
  of(row: number): readonly Place[] {
    return this.#byRow.get(row) ?? [];
  }
}
