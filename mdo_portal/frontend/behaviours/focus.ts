// Keeps a reader's place while a fragment is replaced: focus, typed selection and scroll positions.

const escape = (text: string): string => CSS.escape(text);

/** A selector that finds the same element in a fresh copy of the fragment: its id, else its row and its place in it. */
function address(element: Element, root: Element): string {
  if (element.id) return `#${escape(element.id)}`;
  const name = element.getAttribute("name");
  const row = element.closest<HTMLElement>("[data-row]");
  const rowPart = row && root.contains(row) ? `[data-row="${escape(row.dataset["row"] ?? "")}"]` : "";
  if (element === row) return rowPart;
  if (name) return `${rowPart} [name="${escape(name)}"]`;
  for (const mark of ["data-hotkey", "data-move", "href", "data-open"]) {
    const value = element.getAttribute(mark);
    if (value !== null) return `${rowPart} [${mark}="${escape(value)}"]`;
  }
  return rowPart;
}

function scrolled(root: Element): [string, number, number][] {
  return [root, ...root.querySelectorAll("[id], .scroll")]
    .filter((element) => element.id && (element.scrollTop > 0 || element.scrollLeft > 0))
    .map((element) => [`#${escape(element.id)}`, element.scrollTop, element.scrollLeft]);
}

/** Remembers the reader's place in `root`; the returned function puts it back after the swap. */
export function rememberPlace(root: Element): () => void {
  const active = document.activeElement;
  const inside = active !== null && active !== document.body && root.contains(active);
  const selector = inside ? address(active, root) : "";
  const marks = scrolled(root);
  const [x, y] = [window.scrollX, window.scrollY];
  return () => {
    for (const [where, top, left] of marks) document.querySelector(where)?.scrollTo(left, top);
    if (window.scrollX !== x || window.scrollY !== y) window.scrollTo(x, y);
    if (!selector || (document.activeElement && document.activeElement !== document.body)) return;
    document.querySelector<HTMLElement>(selector.trim())?.focus({ preventScroll: true });
  };
}
