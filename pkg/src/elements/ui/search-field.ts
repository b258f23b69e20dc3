/** The first field that is seen in which one types what to look for; parts of a view stand in roots of their own. */
export function searchField(root: ParentNode): HTMLInputElement | undefined {
  for (const element of root.querySelectorAll<HTMLElement>("*")) {
    if (element instanceof HTMLInputElement && element.type === "search" && element.checkVisibility())
      return element;
    const inside = element.shadowRoot && searchField(element.shadowRoot);
    if (inside) return inside;
  }
  return undefined;
}
