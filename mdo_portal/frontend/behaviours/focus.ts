// Keeps a reader's place while a fragment is replaced: focus, typed selection and scroll positions. What a request of htmx replaces
// keeps it too: focus goes to the same thing in the fresh copy, else to the row that took its place, else to the page; never nowhere.
// A button in a row that loads the page anew is no reason to begin at the top again: of two hundred messages each has one.
import { filterAgain, searchAgain, searchedFor, wordsOver } from "./filter";
import { atRow, rowsOf } from "./keys";
import { each, isTyping, meta } from "./page";

const escape = (text: string): string => CSS.escape(text);

/** A selector that finds the same element in a fresh copy of the fragment: its id, else its row and its place in it. */
function address(element: Element, root: Element): string {
  if (element.id) return `#${escape(element.id)}`;
  if (element.matches("summary") && element.parentElement?.id) return `#${escape(element.parentElement.id)} > summary`;
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

/** What the reader had unfolded in `root` stays so in its fresh copy, and they go on reading. */
function keepFolds(root: Element): () => void {
  const folds = [...root.querySelectorAll<HTMLDetailsElement>("details[id]")].map((fold) => [fold.id, fold.open] as const);
  return () => folds.forEach(([id, open]) => {
    const fold = document.getElementById(id);
    if (fold instanceof HTMLDetailsElement) fold.open = open;
  });
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

/** To this piece, when focus is nowhere: what led here left the page with its answer. A list or a panel takes no focus by itself. */
export function landIn(id: string): void {
  const piece = document.getElementById(id);
  if (!piece || !isNowhere()) return;
  if (!piece.hasAttribute("tabindex")) piece.tabIndex = -1;
  piece.focus({ preventScroll: true });
}

/** Where the cursor stands in a text of the room. Such a text is moved into the fresh copy as it is, but its cursor goes to the first letter. */
function rememberCursor(active: Element): () => void {
  const { anchorNode, anchorOffset = 0, focusNode, focusOffset = 0 } = getSelection() ?? {};
  return () => {
    if (!(active instanceof HTMLElement) || !active.isConnected || !active.isContentEditable || !anchorNode || !focusNode) return;
    active.focus({ preventScroll: true });
    getSelection()?.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
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

/** The list the reader was in, in the fresh copy of this piece: a page may have others. Elsewhere the first one, as place(). */
function listIn(piece: Element, active: Element): () => Element | null {
  const isInside = piece.contains(active.closest("[data-rows]"));
  return () => {
    const fresh = isInside ? document.getElementById(piece.id) : null;
    return fresh?.matches("[data-rows]") ? fresh : (fresh ?? document).querySelector("[data-rows]");
  };
}

const LEFT = "mdo-row-left";
const SOON_MS = 30_000;

/** A plain form in a row leaves the page: noted is which row of which page, and the words its list was filtered by, for when that page comes
 * back. Those may be a name: they wait in this tab until the next page and go into no address. */
function leaveMark(event: Event): void {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-rows] [data-row]") : null;
  const list = row?.closest("[data-rows]");
  if (event.defaultPrevented || !row || !list) return;
  const where = { list: [...document.querySelectorAll("[data-rows]")].indexOf(list), index: rowsOf(list).indexOf(row) };
  const mark = { path: location.pathname, row: row.dataset["row"], ...where, words: wordsOver(row), at: Date.now() };
  try { sessionStorage.setItem(LEFT, JSON.stringify(mark)); } catch { /* no storage: the page begins at its top */ }
}

/** A link in a row leads away (j, j, Enter): the page notes in its own history which row that was, for who comes back to it. */
function noteRow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("[data-rows] [data-row] a[href]") : null;
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const found = { row: link.closest<HTMLElement>("[data-row]")?.dataset["row"], words: searchedFor(link), by: reader() };
  history.replaceState({ ...(history.state as object | null), ...found }, "");
}

/** Whose session it is: what somebody looked for, a name, is not shown to who signed in after them. */
const reader = (): string => meta("session").split(" ")[2] ?? "";

/** To this row, in whichever list of the page it stands. False when it is in none. */
function toRow(id: string): boolean {
  for (const list of document.querySelectorAll("[data-rows]")) {
    const index = rowsOf(list).findIndex((one) => one.dataset["row"] === id);
    if (index >= 0) { atRow(index, list); return true; }
  }
  return false;
}

function returnToRow(): void {
  const { row, words, by } = (history.state ?? {}) as { row?: string; words?: string; by?: string };
  if (row && words && by === reader()) searchAgain(words, () => {
    history.replaceState({ ...(history.state as object | null), row, words, by }, ""); // the answer put a state of its own in its place
    if (isNowhere()) toRow(row);
  });
  if (!row || location.hash || document.querySelector("dialog[open]") || !isNowhere()) return;
  toRow(row);
}

/** Back on that page: in the same row, or in the one that took its place. Only at once, and only while focus is nowhere. */
function returnToMark(): void {
  let kept: string | null = null;
  try { kept = sessionStorage.getItem(LEFT); sessionStorage.removeItem(LEFT); } catch { /* no storage */ }
  if (!kept) return;
  const mark = JSON.parse(kept) as { path: string; row: string; list: number; index: number; words: string; at: number };
  if (mark.path !== location.pathname || Date.now() - mark.at > SOON_MS) return;
  document.querySelectorAll("[data-rows]").forEach((list) => filterAgain(list, mark.words));
  if (location.hash || document.querySelector("dialog[open]") || !isNowhere()) return;
  if (!toRow(mark.row)) atRow(mark.index, document.querySelectorAll("[data-rows]")[mark.list] ?? null);
}

/** A dialog gives focus back to the line it was opened at, which may have been renewed while it stood open: then to that line as it is now. */
function backFromDialog(event: Event): void {
  const dialog = event.target instanceof HTMLDialogElement ? event.target : null;
  if (!dialog || !(isNowhere() || dialog.contains(document.activeElement))) return; // what has focus in it shows no more
  document.querySelector<HTMLElement>('[data-rows] [data-row][aria-current="true"]')?.focus({ preventScroll: true });
}

interface Swap { target: Element; shouldSwap: boolean; requestConfig: { headers: Record<string, string> } }

export function startFocus(): void {
  // As autofocus, unless its reader types elsewhere by now: their next letters would choose something here.
  each("[data-begins-here]", (field) => { if (!isTyping(document.activeElement)) field.focus(); });
  window.addEventListener("submit", leaveMark); // after those that may keep it from going
  window.addEventListener("click", noteRow);
  document.addEventListener("close", backFromDialog, true); // it does not bubble
  returnToMark();
  returnToRow();
  let back: (() => void) | null = null;
  let last = -1;
  let marks: [string, number, number][] = [];
  document.addEventListener("focusin", (event) => { if (event.target instanceof Element) last = place(event.target); });
  let unfold: (() => void) | null = null;
  let cursor: (() => void) | null = null;
  document.addEventListener("htmx:afterSwap", () => {
    unfold?.();
    cursor?.();
    unfold = cursor = null;
  });
  // At the window, after those that may keep an answer from being shown: what was noted for that one is not of the next.
  window.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig, shouldSwap } = (event as CustomEvent<Swap>).detail;
    if (!shouldSwap) return;
    unfold = cursor = null; // `back` waits for what settles: the swap before may not have yet
    if (requestConfig.headers["X-Live"]) unfold = keepFolds(target);
    const active = document.activeElement;
    if (!active || active === document.body || !target.contains(active)) return;
    marks = scrolled(target).filter(([where]) => active.closest(where) && where !== `#${escape(target.id)}`);
    const again = rememberPlace(target);
    cursor = rememberCursor(active);
    const [at, list] = [last, listIn(target, active)];
    back = () => {
      if (isNowhere()) again();
      if (isNowhere() && at >= 0) atRow(at, list());
      if (isNowhere()) document.getElementById("main")?.focus({ preventScroll: true });
    };
  });
  // What goes along beside it (the conclusion with the case of another patient) takes focus along; nothing there is the same thing.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: Element }>).detail;
    if (target.contains(document.activeElement)) back ??= () => document.getElementById("main")?.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:afterSettle", () => {
    // htmx keeps the focus of what has an id, and lets the list around it begin at its top again. Other lists may be of another case.
    for (const [where, top, left] of marks) document.querySelector(where)?.scrollTo(left, top);
    marks = [];
    if (isNowhere()) back?.();
    back = null;
  });
}
