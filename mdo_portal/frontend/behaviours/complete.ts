// <form data-autosave data-complete="#progress"> that holds a file is sent once nothing in #progress is missing any more (.is-missing a).
// A browser forgets chosen files with the page: an answer that shows the form again makes people choose them again.
import { word } from "./page";
import { holdsFile } from "./submitting";
import { toast } from "./toasts";

const PATIENCE_MS = 3_000;
const looking = new WeakSet<HTMLFormElement>();
const isComplete = new WeakSet<HTMLFormElement>();

/** What was typed last is kept, and the progress shows it; without a line it is looked at as it stands. */
async function kept(form: HTMLFormElement): Promise<void> {
  form.dispatchEvent(new FocusEvent("focusout"));
  const until = Date.now() + PATIENCE_MS;
  // At least once: a form is not sent anew while the event of its sending still goes round.
  do await new Promise((go) => setTimeout(go, 50)); while (form.dataset["autosaveState"] === "waiting" && Date.now() < until);
}

/** A file that is not taken, or the first thing that is missing. */
function wrong(form: HTMLFormElement): { why: string; field: HTMLElement | null } | null {
  const file = form.querySelector<HTMLInputElement>("input[type=file]:invalid");
  if (file) return { why: file.validationMessage, field: file };
  const missing = document.querySelector<HTMLAnchorElement>(`${form.dataset["complete"] ?? ""} .is-missing a`);
  return missing && { why: missing.textContent.trim(), field: document.querySelector<HTMLElement>(missing.hash) };
}

async function look(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  looking.add(form);
  await kept(form);
  looking.delete(form);
  if (!form.isConnected) return;
  const stands = wrong(form);
  if (stands) {
    toast("warning", word("incomplete", { what: stands.why }));
    stands.field?.focus();
    return;
  }
  isComplete.add(form);
  form.requestSubmit(button);
}

export function startComplete(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset["complete"] || event.submitter?.hasAttribute("formaction")) return;
    if (isComplete.has(form) || !holdsFile(form)) return;
    event.preventDefault();
    if (!looking.has(form)) void look(form, event.submitter);
  }, { capture: true }); // before submitting.ts, which sends
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (form) isComplete.delete(form);
  });
}
