// data-print opens the printer's dialog. Folded sections are unfolded for paper and folded again after it. [data-printed] says when that was, after
// its word: a page that stands open is not of the moment at which it was made.
import { closest, timeOfDay } from "./page";

const dayOf = (date: Date): string =>
  date.toLocaleDateString("nl-NL", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Europe/Amsterdam" });

export function startPrint(): void {
  let unfolded: HTMLDetailsElement[] = [];
  document.addEventListener("click", (event) => { if (closest(event, "[data-print]")) window.print(); });
  window.addEventListener("beforeprint", () => {
    const now = new Date();
    document.querySelectorAll<HTMLElement>("[data-printed]").forEach((place) => {
      place.textContent = ` · ${place.dataset["printed"]} ${dayOf(now)} ${timeOfDay(now)}`;
    });
    unfolded = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")];
    unfolded.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => { unfolded.forEach((details) => { details.open = false; }); });
}
