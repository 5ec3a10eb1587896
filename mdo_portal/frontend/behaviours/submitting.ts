// A plain form (no htmx) leaves the page, and with it what was typed. So where something was typed or a file was chosen, it is
// sent only when there is somebody to answer it: the server is asked first whether this person is still signed in. Signed out: the page is covered, as after a time-out, and what
// was typed waits. No line: a message, and the page stays. A second click within a second is the same click.
import { word } from "./page";
import { stillHere } from "./timeout";
import { toast } from "./toasts";

const SAME_CLICK_MS = 1_000;
const asking = new WeakSet<HTMLFormElement>();
const sentAt = new WeakMap<HTMLFormElement, number>();
const mayGo = new WeakSet<HTMLFormElement>();

/** Whether somebody's work would be lost with this form: words, or a file. A button alone and a password are none. */
function holdsWork(form: HTMLFormElement): boolean {
  return [...form.elements].some((one) => {
    if (one instanceof HTMLTextAreaElement) return !one.hidden && one.value.trim() !== "";
    if (!(one instanceof HTMLInputElement) || one.type === "hidden" || one.type === "password") return false;
    return one.type === "file" ? (one.files?.length ?? 0) > 0 : one.value !== one.defaultValue;
  });
}

async function askFirst(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  asking.add(form);
  const state = await stillHere();
  asking.delete(form);
  if (state === "unreachable") toast("error", word("unreachable"));
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
    if (!holdsWork(form) || (elsewhere && elsewhere !== "_self")) return;
    if (mayGo.has(form)) { sentAt.set(form, Date.now()); return; }
    event.preventDefault();
    if (asking.has(form) || Date.now() - (sentAt.get(form) ?? 0) < SAME_CLICK_MS) return;
    void askFirst(form, event.submitter);
  });
}
