// Keeps a reader's place while a fragment is replaced: focus, typed selection and scroll positions. What a request of htmx replaces
// keeps it too: focus goes to the same thing in the fresh copy, else to the row that took its place, else to the page; never nowhere.
import { atRow, rowsOf } from "./keys";

const escape = (text: string): string => CSS.escape(text);

/** A selector that finds the same element in a fresh copy of the fragment: its id, else its row and its place in it. */
function address(element: Element, root: Element): string {
  if (element.id) return `#${escape(element.id)}`;
  const name = element.getAttribute("name");
  const row = element.closest<HTMLElement>("[data-row]");
  const rowPart = row && root.contains(row) ? `[data-row="${escape(row.dataset["row"] ?? "")}"]` : "";
  if (element === row) return rowPart;
  if (name) return `${rowPart} [name="${escape(name)}"]`;
  for (const mark of ["data-hotkey", "data-row-key", "data-move", "href", "data-open"]) {
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

const isNowhere = (): boolean => !document.activeElement || document.activeElement === document.body;

/** Where in its list this row stands, or the current one when the reader is in no row: beside it stands the piece about that row. */
function place(active: Element): number {
  const list = active.closest("[data-rows]") ?? document.querySelector("[data-rows]");
  if (!list) return -1;
  const row = active.closest("[data-row]") ?? list.querySelector("[data-row][aria-current=true]");
  return rowsOf(list).findIndex((one) => one === row);
}

export function startFocus(): void {
  let back: (() => void) | null = null;
  let last = -1;
  let marks: [string, number, number][] = [];
  document.addEventListener("focusin", (event) => { if (event.target instanceof Element) last = place(event.target); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: Element }>).detail;
    const active = document.activeElement;
    if (!active || active === document.body || !target.contains(active)) return;
    marks = scrolled(target).filter(([where]) => active.closest(where) && where !== `#${escape(target.id)}`);
    const again = rememberPlace(target);
    const at = last;
    back = () => {
      if (isNowhere()) again();
      if (isNowhere() && at >= 0) atRow(at);
      if (isNowhere()) document.getElementById("main")?.focus({ preventScroll: true });
    };
  });
  document.addEventListener("htmx:afterSettle", () => {
    // htmx keeps the focus of what has an id, and lets the list around it begin at its top again. Other lists may be of another case.
    for (const [where, top, left] of marks) document.querySelector(where)?.scrollTo(left, top);
    marks = [];
    if (isNowhere()) back?.();
    back = null;
  });
}
