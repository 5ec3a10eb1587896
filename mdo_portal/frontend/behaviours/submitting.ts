// A plain form (no htmx) leaves the page, and with it what was typed. So it is sent only when there is somebody to answer it: the
// server is asked first whether this person is still signed in. Signed out: the page is covered, as after a time-out, and what
// was typed waits. No line: a message, and the page stays. A second click within a second is the same click.
import { word } from "./page";
import { stillHere } from "./timeout";
import { toast } from "./toasts";

const SAME_CLICK_MS = 1_000;
const asking = new WeakSet<HTMLFormElement>();
const sentAt = new WeakMap<HTMLFormElement, number>();
const mayGo = new WeakSet<HTMLFormElement>();

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
    if (mayGo.has(form)) { sentAt.set(form, Date.now()); return; }
    event.preventDefault();
    if (asking.has(form) || Date.now() - (sentAt.get(form) ?? 0) < SAME_CLICK_MS) return;
    void askFirst(form, event.submitter);
  });
}
