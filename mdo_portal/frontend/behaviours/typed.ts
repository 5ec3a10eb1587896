// A plain form that is refused leaves its page: a sentence on a page of its own, or first the question who one is. What was typed waits in
// this tab, and nowhere else, until that page is back: the browser brings back no field with autocomplete="off" and opens no dialog.
// No password, no file. A page that waits carries data-typed-waits; any other page means that the form was taken, and forgets it.
import { openDialog } from "./dialogs";
import { word } from "./page";
import { toast } from "./toasts";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Said = string | boolean;
interface Kept { path: string; form: string; person: string; at: number; refused: boolean; values: Said[]; was: Said[] }
const KEY = "mdo-typed";
const SOON_MS = 30 * 60_000;
const NEVER = ["hidden", "password", "file", "submit", "button", "reset", "image"];

const here = (): string => location.pathname + location.search;
const waits = (): boolean => document.querySelector("[data-typed-waits]") !== null;
const person = (): string => document.querySelector<HTMLMetaElement>('meta[name="session"]')?.content.split(" ")[2] ?? "";

const fields = (form: HTMLFormElement): Field[] => [...form.elements].filter((one): one is Field =>
  (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement) && !NEVER.includes(one.type));

const isTicked = (one: Field): one is HTMLInputElement => one.type === "checkbox" || one.type === "radio";
const said = (one: Field): Said => isTicked(one) ? one.checked : one.value;

/** What the page itself had put there. */
function was(one: Field): Said {
  if (isTicked(one)) return one.defaultChecked;
  return one instanceof HTMLSelectElement ? [...one.options].find((option) => option.defaultSelected)?.value ?? "" : one.defaultValue;
}

/** Where it is sent, and which of those that go there. */
function nameOf(form: HTMLFormElement): string {
  const action = form.getAttribute("action") ?? "";
  const same = [...document.forms].filter((one) => (one.getAttribute("action") ?? "") === action);
  return `${same.indexOf(form)} ${action}`;
}

function read(): Kept | null {
  try { return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null; } catch { return null; }
}

function write(kept: Kept | null): void {
  try {
    if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept)); else sessionStorage.removeItem(KEY);
  } catch { /* no storage: the browser's own way back is what there is */ }
}

function keep(event: SubmitEvent): void {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post" || waits()) return;
  if (form.dataset["autosave"] !== undefined || (form.target && form.target !== "_self")) return;
  const [values, before] = [fields(form).map(said), fields(form).map(was)];
  if (values.length) write({ path: here(), form: nameOf(form), person: person(), at: Date.now(), refused: false, values, was: before });
}

function putBack(kept: Kept): void {
  const form = [...document.forms].find((one) => nameOf(one) === kept.form);
  const found = form ? fields(form) : [];
  if (!form || found.length !== kept.values.length) return; // another form by now
  const isOvertaken = found.some((one, at) => was(one) !== kept.was[at]);
  const other = found.filter((one, at) => said(one) !== kept.values[at]);
  found.forEach((one, at) => { if (isTicked(one)) one.checked = kept.values[at] === true; else one.value = String(kept.values[at]); });
  if (!other.length) return;
  openDialog(form.closest("dialog")?.id ?? "");
  for (let fold = form.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
  other.forEach((one) => one.dispatchEvent(new Event("change", { bubbles: true })));
  other[0]?.focus();
  if (isOvertaken) toast("warning", word("typed-over")); else toast("info", word("typed-again"));
}

export function startTyped(): void {
  window.addEventListener("submit", keep); // after those that may keep it from going
  const kept = read();
  if (!kept) return;
  if (waits()) { write({ ...kept, refused: true }); return; }
  write(null);
  const [way] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const isUnanswered = way?.type === "back_forward" || way?.type === "reload"; // no page at all came for an answer
  const isMine = kept.path === here() && kept.person === person() && Date.now() - kept.at < SOON_MS;
  if (isMine && (kept.refused || isUnanswered)) putBack(kept);
}
