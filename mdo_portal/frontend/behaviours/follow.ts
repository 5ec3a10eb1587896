// [data-follows] shows the row that was selected last, and is fetched a moment later. Until it has followed, its buttons
// do nothing: "j p" typed fast must never plan the case before. What it shows is named by an [data-of-row="ID"] inside.

const buttons = (place: Element): HTMLButtonElement[] => [...place.querySelectorAll<HTMLButtonElement>("button")];

export function startFollowing(): void {
  document.body.addEventListener("row:select", (event) => {
    const { row } = (event as CustomEvent<{ row: string }>).detail;
    for (const place of document.querySelectorAll<HTMLElement>("[data-follows]")) {
      const isShown = place.querySelector(`[data-of-row="${CSS.escape(row)}"]`) !== null;
      place.toggleAttribute("data-stale", !isShown);
      buttons(place).forEach((button) => { button.disabled = !isShown; });
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target instanceof HTMLElement) event.target.closest("[data-follows]")?.removeAttribute("data-stale");
  });
}
