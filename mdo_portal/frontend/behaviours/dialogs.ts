// Native dialogs: data-dialog-open="ID" opens, data-dialog-close closes, data-dialog-auto opens when it arrives.
import { closest, each } from "./page";

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const opener = closest(event, "[data-dialog-open]");
    if (opener) openDialog(opener.dataset["dialogOpen"] ?? "");
    if (closest(event, "[data-dialog-close]")) closest<HTMLDialogElement>(event, "dialog")?.close();
    // A click on the backdrop reaches the dialog itself; a form may hold work, so only plain dialogs close.
    if (event.target instanceof HTMLDialogElement && !event.target.querySelector("form")) event.target.close();
  });
  each<HTMLDialogElement>("dialog[data-dialog-auto]", (dialog) => { if (!dialog.open) dialog.showModal(); });
  // A fragment's form inside a dialog that was accepted closes it: HX-Trigger: closeDialog
  document.body.addEventListener("closeDialog", () => {
    document.querySelectorAll<HTMLDialogElement>("dialog[open]").forEach((dialog) => dialog.close());
  });
}
