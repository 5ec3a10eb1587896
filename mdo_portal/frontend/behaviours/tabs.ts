// Tabs inside a page: [role=tablist] with [role=tab][aria-controls]. Arrow keys move, panels hide.
import { closest, each } from "./page";

const tabsOf = (list: Element): HTMLElement[] => [...list.querySelectorAll<HTMLElement>("[role=tab]")];

function choose(tab: HTMLElement, focus: boolean): void {
  const list = tab.closest("[role=tablist]");
  if (!list) return;
  for (const other of tabsOf(list)) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls") ?? "");
    panel?.classList.toggle("is-other-tab", !chosen);
  }
  if (focus) tab.focus();
}

export function startTabs(): void {
  each("[role=tablist]", (list) => {
    const tabs = tabsOf(list);
    const first = tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0];
    if (first) choose(first, false);
  });
  document.addEventListener("click", (event) => {
    const tab = closest(event, "[role=tab]");
    if (tab) choose(tab, false);
  });
  document.addEventListener("keydown", (event) => {
    const tab = closest(event, "[role=tab]");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !step) return;
    const tabs = tabsOf(tab.closest("[role=tablist]") ?? document.body);
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    if (next) choose(next, true);
    event.preventDefault();
  });
}
