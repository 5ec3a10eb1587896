// data-copy="text" or data-copy-from="#id" puts text on the clipboard and says so.
import { closest, word } from "./page";
import { toast } from "./toasts";

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-copy], [data-copy-from]");
    if (!button) return;
    const from = button.dataset["copyFrom"];
    const text = from ? document.querySelector<HTMLElement>(from)?.innerText ?? "" : button.dataset["copy"] ?? "";
    navigator.clipboard.writeText(text).then(() => toast("success", word("copied")), () => toast("error", word("copy-failed")));
  });
}
