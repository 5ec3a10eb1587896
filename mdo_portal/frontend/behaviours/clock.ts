// data-clock shows the time of day; data-elapsed-since="ISO" counts minutes:seconds, and says when it is over
// data-planned-minutes. Both stand still when the page is hidden.
import { timeOfDay } from "./page";

function elapsed(element: HTMLElement): void {
  const since = Date.parse(element.dataset["elapsedSince"] ?? "");
  if (Number.isNaN(since)) return;
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  const planned = Number(element.dataset["plannedMinutes"] ?? 0) * 60;
  element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  element.classList.toggle("is-over", planned > 0 && seconds > planned);
}

function tick(): void {
  if (document.hidden) return;
  document.querySelectorAll<HTMLElement>("[data-clock]").forEach((element) => { element.textContent = timeOfDay(); });
  document.querySelectorAll<HTMLElement>("[data-elapsed-since]").forEach(elapsed);
}

export function startClocks(): void {
  tick();
  setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSettle", tick); // one that came anew shows its time at once
}
