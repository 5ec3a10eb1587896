// Native dialogs: data-dialog-open="ID" opens, data-dialog-close closes. Ctrl+Enter sends the form one is in.
// A form that was refused keeps the reader in it: its button was switched off on the way, and focus with it.
import { closest } from "./page";

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** Presses the button of the form one types in, in an open dialog. False when there is none. */
export function sendDialog(): boolean {
  const button = document.activeElement?.closest("dialog[open] form")?.querySelector<HTMLElement>("[type=submit]");
  button?.click();
  return Boolean(button);
}

function intoForm(form: Element): void {
  if (!form.closest("dialog[open]") || (document.activeElement && document.activeElement !== document.body)) return;
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input:not([type=hidden]), textarea")];
  const empty = fields.find((field) => field.offsetParent !== null && !field.value.trim());
  (empty ?? form.querySelector<HTMLElement>("[type=submit]"))?.focus();
}

/** In a list that is closed, Enter sends its form as in any other field; Chromium would open it, which the arrows and the space bar do. Whoever
 *  chooses in the open list has not sent anything yet: a browser that does not say whether it is open is left alone. */
function sendFromList(event: KeyboardEvent): void {
  const list = closest(event, "dialog[open] select[data-enter-sends]");
  if (event.key !== "Enter" || !list || event.isComposing || !CSS.supports("selector(:open)") || list.matches(":open")) return;
  event.preventDefault();
  if (!event.repeat) sendDialog();
}

export function startDialogs(): void {
  document.addEventListener("keydown", sendFromList);
  document.addEventListener("click", (event) => {
    const opener = closest(event, "[data-dialog-open]");
    if (opener) openDialog(opener.dataset["dialogOpen"] ?? "");
    if (closest(event, "[data-dialog-close]")) closest<HTMLDialogElement>(event, "dialog")?.close();
    // A click on the backdrop reaches the dialog itself; a form may hold work, so only plain dialogs close.
    if (event.target instanceof HTMLDialogElement && !event.target.querySelector("form")) event.target.close();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => intoForm((event as CustomEvent<{ elt: Element }>).detail.elt));
  // A fragment's form inside a dialog that was accepted closes it: HX-Trigger: closeDialog
  document.body.addEventListener("closeDialog", () => {
    document.querySelectorAll<HTMLDialogElement>("dialog[open]").forEach((dialog) => dialog.close());
  });
}
