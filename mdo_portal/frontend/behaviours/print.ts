// data-print opens the printer's dialog. Folded sections are unfolded for paper and folded again after it.
import { closest } from "./page";

export function startPrint(): void {
  let unfolded: HTMLDetailsElement[] = [];
  document.addEventListener("click", (event) => { if (closest(event, "[data-print]")) window.print(); });
  window.addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")];
    unfolded.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => { unfolded.forEach((details) => { details.open = false; }); });
}
