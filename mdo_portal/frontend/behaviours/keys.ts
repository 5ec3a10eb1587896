// Everything by keyboard. Rows: [data-rows] holds [data-row="ID"]; j/k or arrows move, Enter opens its first [data-open].
// data-row-key="o" on a button or link in a row: o goes to that of the current row, and Enter then does it.
// data-hotkey="p" on a button, link or field: pressing p clicks it, or focuses a field. "?" shows the page's keys.
// form[data-goes-on] brings the next case: keys of the room that are pressed meanwhile wait for it.
// Letters do nothing while one types, and can be switched off (WCAG 2.1.4) in the help dialog.
import { closest, each, isTyping, leavesField } from "./page";
import { openDialog, sendDialog } from "./dialogs";

const COOKIE = "hotkeys=off";
const areOff = (): boolean => document.cookie.split("; ").includes(COOKIE);

export function rowsOf(list: Element): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => !row.hidden && row.offsetParent !== null);
}

function presentList(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-rows]")
    ?? document.querySelector<HTMLElement>("[data-rows]:has([data-row][aria-current=true])") ?? document.querySelector<HTMLElement>("[data-rows]");
}

/** Makes one row the current one: the only row in the tab order, marked, and told by the event `row:select`. */
function choose(row: HTMLElement, focus: boolean): void {
  const list = row.closest("[data-rows]");
  if (!list) return;
  for (const other of list.querySelectorAll<HTMLElement>("[data-row]")) {
    other.tabIndex = other === row ? 0 : -1;
    if (other !== row) other.removeAttribute("aria-current");
  }
  const isNew = row.getAttribute("aria-current") !== "true";
  row.setAttribute("aria-current", "true");
  if (focus) { row.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }
  if (isNew) row.dispatchEvent(new CustomEvent("row:select", { bubbles: true, detail: { row: row.dataset["row"] } }));
}

/** The list below or above this one, where a page has several (meetings that are not finished, those to come): past its end j goes on. */
function beyond(list: Element, step: number): HTMLElement | undefined {
  const lists = [...document.querySelectorAll<HTMLElement>("[data-rows]")].filter((one) => one === list || rowsOf(one).length);
  const other = lists[lists.findIndex((one) => one === list) + step];
  return other && rowsOf(other).at(step > 0 ? 0 : -1);
}

function move(step: number): boolean {
  const list = presentList();
  const rows = list ? rowsOf(list) : [];
  const present = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[present < 0 ? 0 : present + step] ?? (list && beyond(list, step)) ?? rows[present];
  if (!next) return false;
  if (!list?.contains(next)) rows[present]?.removeAttribute("aria-current");
  choose(next, true);
  return true;
}

/** The row that stands there now is the current one and has focus; the last one when there are fewer. */
export function atRow(index: number, list: Element | null): void {
  const row = list ? rowsOf(list).slice(0, index + 1).pop() : undefined;
  if (row) choose(row, true);
}

/** The first row of this list that shows is the current one and has focus. False when none shows. */
export function toFirst(list: Element): boolean {
  const row = rowsOf(list)[0];
  if (row) choose(row, true);
  return row !== undefined;
}

function open(): boolean {
  const row = document.activeElement?.closest<HTMLElement>("[data-row]");
  if (!row || document.activeElement !== row) return false;
  const link = row.querySelector<HTMLElement>("[data-open], a[href]:not([href^='tel:'], [href^='mailto:'])");
  link?.click();
  return link !== null;
}

function name(event: KeyboardEvent): string {
  const modifiers = [event.ctrlKey || event.metaKey ? "mod+" : "", event.altKey ? "alt+" : ""].join("");
  return modifiers + event.key;
}

const pressed = new WeakMap<Element, string>(); // of a form under way, by which key

/** The answer to a form brings it anew, and what was pressed in it meanwhile would be gone with it: "d", and at once "h" to mend that, is
 *  "h". The same key once more is the same press, as a second click is (htmx itself lets that wait, where the form stays). */
function waitsFor(form: Element | null, key: string): boolean {
  if (!form?.classList.contains("htmx-request")) { if (form) pressed.set(form, key); return false; }
  if (pressed.get(form) === key) return false;
  const same = `form[action="${CSS.escape(form.getAttribute("action") ?? "")}"] [data-hotkey="${CSS.escape(key)}"]`;
  afterwards(form, () => { if (document.querySelector(same)) hotkey(key); }); // not of another case, which came on meanwhile
  return true;
}

/** Once this form has its answer, and what that brought stands there. */
function afterwards(form: Element, then: () => void): void {
  const answered = (event: Event): void => {
    if ((event as CustomEvent<{ requestConfig: { elt: Element } }>).detail.requestConfig.elt !== form) return;
    document.removeEventListener("htmx:afterRequest", answered);
    then();
  };
  document.addEventListener("htmx:afterRequest", answered);
}

/** "n d" in the room: what is pressed while the next case is on its way ([data-goes-on]) is for that case. When it does not come, nothing
 *  is done: of the case before nobody said it. */
function waitsForNext(target: HTMLElement, key: string): boolean {
  const going = document.querySelector("form[data-goes-on].htmx-request");
  if (!going || !target.closest("[data-room]")) return false;
  afterwards(going, () => { if (!target.isConnected) hotkey(key); });
  return true;
}

const WORDS_FOLLOW = "a"; // of the room: it leads to the advice
const REST_MS = 1_000;
let restsAt = 0;

function rest(): void { restsAt = performance.now() + REST_MS; }

/** "n a" and at once the words: while the text they are for is on its way they would be keys, and end the discussion of its patient. They
 *  are nothing, until the hands rest. */
function isNoKey(key: string): boolean {
  const isThere = key !== WORDS_FOLLOW || !document.querySelector("[data-room]")
    || document.querySelector(`[data-hotkey="${WORDS_FOLLOW}"]`) && !document.querySelector("form[data-goes-on].htmx-request");
  if (isThere && performance.now() > restsAt) return false;
  rest();
  return true;
}

function hotkey(key: string): boolean {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[open]");
  const target = [...(dialog ?? document).querySelectorAll<HTMLElement>(`[data-hotkey="${CSS.escape(key)}"]`)]
    .find((element) => element.offsetParent !== null && !element.matches(":disabled"));
  if (!target) return false;
  if (waitsForNext(target, key)) return true;
  if (isTyping(target)) target.focus();
  else if (!waitsFor(target.closest("form"), key)) target.click();
  return true;
}

function rowKey(key: string): boolean {
  const row = presentList()?.querySelector('[data-row][aria-current="true"]');
  const target = row?.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(key)}"]`);
  target?.focus();
  return Boolean(target);
}

/** Keys that do something themselves where focus is: a fold opens, a tab moves on. */
const OF_ITSELF = ["Enter", " ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

let kept = ""; // typed for the row that was chosen, while what it is about is still fetched ([data-follows])

/** "j i" and at once the question, while the case is still on its way: its letters would be keys, and withdraw it. They are nothing, and
 *  neither is the i, of which nobody sees any more what it opens in the middle of a word. */
function areWords(before: string, key: string): boolean {
  if (!before || key.length !== 1 || key === "j" || key === "k") return false;
  rest();
  return true;
}

/** "j p" typed fast: p is for the case that is on its way. Whatever is typed or chosen next forgets it. */
function keep(key: string): boolean {
  if (key.length !== 1 || !document.querySelector("[data-follows][data-stale]")) return false;
  kept = key;
  return true;
}

function pressKept(event: Event): void {
  const place = event.target instanceof Element ? event.target.closest("[data-follows]") : null;
  if (!kept || !place || place.hasAttribute("data-stale") || isTyping(document.activeElement)) return;
  const key = kept;
  kept = "";
  hotkey(key);
}

function act(event: KeyboardEvent): boolean {
  const key = name(event);
  const before = kept;
  kept = "";
  if (document.activeElement?.matches("[role=tab], summary") && OF_ITSELF.includes(key)) return false;
  if (isTyping(document.activeElement)) return leavesField(key) || key.startsWith("mod+") && (hotkey(key) || (key === "mod+Enter" && sendDialog()));
  if (key === "Enter") return open();
  if (document.querySelector("dialog[open]")) return hotkey(key);
  const inList = document.activeElement?.matches("[data-row]") ?? false;
  if (inList && key === "ArrowDown") return move(1);
  if (inList && key === "ArrowUp") return move(-1);
  if (key.length === 1 && (areOff() || isNoKey(key) || areWords(before, key))) return false;
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  if (rowKey(key) || hotkey(key)) return true;
  if (key === "?") { openDialog("keys-help"); return true; }
  return keep(key);
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => { if (!event.defaultPrevented && act(event)) event.preventDefault(); });
  document.body.addEventListener("row:select", () => { kept = ""; });
  document.body.addEventListener("htmx:afterSettle", pressKept);
  document.body.addEventListener("htmx:afterRequest", (event) => { if (!(event as CustomEvent<{ successful: boolean }>).detail.successful) kept = ""; });
  document.addEventListener("focusin", (event) => {
    const row = closest(event, "[data-row]");
    if (row) choose(row, false);
  });
  document.addEventListener("click", (event) => {
    const row = closest(event, "[data-row]");
    if (row) choose(row, !closest(event, "a, button, input, select, textarea, label, summary"));
  });
  each("[data-rows]", (list) => {
    const rows = rowsOf(list);
    const present = rows.find((row) => row.getAttribute("aria-current") === "true") ?? rows[0];
    rows.forEach((row) => { row.tabIndex = row === present ? 0 : -1; });
  });
  each<HTMLInputElement>("input[data-hotkeys-switch]", (box) => {
    box.checked = !areOff();
    box.addEventListener("change", () => {
      document.cookie = box.checked ? "hotkeys=on; path=/; max-age=0; samesite=lax" : `${COOKIE}; path=/; max-age=31536000; samesite=lax`;
    });
  });
}
