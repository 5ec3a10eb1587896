// A plain form (no htmx) leaves the page, and with it what was typed. So where something was typed or a file was chosen, it is
// sent only when there is somebody to answer it: the server is asked first whether this person is still signed in. Signed out: the page is covered, as after a time-out, and what
// was typed waits. No line: a message, and the page stays. A signature is a password and a button: who signs without a line must read
// that nothing was sent, and not the browser's own page in its place. A button alone is asked for when the browser knows of no line.
// Any plain form, also a button alone, is sent once: a second click within a second is the same click, and while the answer is
// on its way a later one is told so. A file may be long under way; an answer that leaves the page where it is (a download) is soon there.
import { word } from "./page";
import { stillHere } from "./timeout";
import { toast } from "./toasts";

const SAME_CLICK_MS = 1_000;
const UNDER_WAY_MS = 4_000;
const FILE_UNDER_WAY_MS = 60_000;
const asking = new WeakSet<HTMLFormElement>();
let sentAt = new WeakMap<HTMLFormElement, number>();
const mayGo = new WeakSet<HTMLFormElement>();

/** Whether somebody's work would be lost with this form: words, a file, or the password of a signature. A button alone is none. */
function holdsWork(form: HTMLFormElement): boolean {
  return [...form.elements].some((one) => {
    if (one instanceof HTMLTextAreaElement) return !one.hidden && one.value.trim() !== "";
    if (!(one instanceof HTMLInputElement) || one.type === "hidden") return false;
    return one.type === "file" ? (one.files?.length ?? 0) > 0 : one.value !== one.defaultValue;
  });
}

export const holdsFile = (form: HTMLFormElement): boolean =>
  [...form.elements].some((one) => one instanceof HTMLInputElement && one.type === "file" && (one.files?.length ?? 0) > 0);

/** Whether this form is on its way already, which is said to whoever does more than click twice. */
function isUnderWay(form: HTMLFormElement): boolean {
  const since = Date.now() - (sentAt.get(form) ?? -Infinity);
  if (since >= (holdsFile(form) ? FILE_UNDER_WAY_MS : UNDER_WAY_MS)) return false;
  if (since >= SAME_CLICK_MS) toast("info", word("being-sent"));
  return true;
}

async function askFirst(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  asking.add(form);
  const state = await stillHere();
  asking.delete(form);
  if (state === "unreachable") toast("error", word("not-sent"));
  if (state !== "here" || !form.isConnected) return;
  mayGo.add(form);
  form.requestSubmit(button);
  mayGo.delete(form);
}

export function startSubmitting(): void {
  if (!document.querySelector('meta[name="session"]')) return;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
    const elsewhere = event.submitter?.getAttribute("formtarget") || form.target; // a preview in a frame: the page stays
    if (elsewhere && elsewhere !== "_self") return;
    if (mayGo.has(form)) { sentAt.set(form, Date.now()); return; }
    if (asking.has(form) || isUnderWay(form)) { event.preventDefault(); return; }
    if (!holdsWork(form) && navigator.onLine) { sentAt.set(form, Date.now()); return; }
    event.preventDefault();
    void askFirst(form, event.submitter);
  });
  window.addEventListener("pagehide", () => { sentAt = new WeakMap(); }); // back again: what is sent then is meant
}
