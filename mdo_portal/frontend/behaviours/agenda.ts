// Order by hand: <ol data-sortable data-sort-url="/…/volgorde">
// with [data-row="ID"]. Drag a [data-grip], press Alt+Up/Down on a row, or use a [data-move="up|down"] button.
// Sends `row=ID` in order; html answered replaces the nearest [data-live] or the list itself.
import Sortable from "sortablejs";
import { htmx } from "./htmx";
import { announce, closest, each, word } from "./page";
import { rememberPlace } from "./focus";
import { isSignedOut, send } from "./request";
import { toast } from "./toasts";

const rowsOf = (list: Element): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(":scope > [data-row]")];

async function save(list: HTMLElement): Promise<void> {
  const body = new URLSearchParams(rowsOf(list).map((row) => ["row", row.dataset["row"] ?? ""]));
  try {
    await answered(list, await send(list.dataset["sortUrl"] ?? "", body));
  } catch {
    toast("error", word("order-failed"));
  }
}

async function answered(list: HTMLElement, response: Response): Promise<void> {
  const fragment = list.closest<HTMLElement>("[data-live]") ?? list;
  const restore = rememberPlace(fragment);
  if (response.status === 409) toast("warning", word("order-conflict"));
  else if (isSignedOut(response)) toast("warning", word("signed-out"));
  else if (!response.ok) toast("error", word("order-failed"));
  const html = response.headers.get("Content-Type")?.startsWith("text/html") && (response.ok || response.status === 409) ? await response.text() : "";
  if (html.includes(`id="${fragment.id}"`)) {
    htmx.swap(fragment, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 }, { select: `#${CSS.escape(fragment.id)}` });
  } else if (!response.ok && fragment.id) {
    await htmx.ajax("get", fragment.dataset["liveUrl"] ?? location.href,
      { source: fragment, target: fragment, swap: "outerHTML", select: `#${CSS.escape(fragment.id)}` });
  }
  restore();
}

function say(row: HTMLElement, list: HTMLElement): void {
  const rows = rowsOf(list);
  announce(word("moved", { name: row.dataset["rowName"] ?? "", place: rows.indexOf(row) + 1, all: rows.length }));
}

function step(row: HTMLElement, direction: -1 | 1): void {
  const list = row.closest<HTMLElement>("[data-sortable]");
  if (!list) return;
  const rows = rowsOf(list);
  const other = rows[rows.indexOf(row) + direction];
  if (!other) return;
  const active = document.activeElement;
  if (direction < 0) other.before(row);
  else other.after(row);
  if (active instanceof HTMLElement && row.contains(active)) active.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  say(row, list);
  void save(list);
}

function bind(list: HTMLElement): void {
  Sortable.create(list, {
    handle: "[data-grip]", draggable: "[data-row]", animation: 120, chosenClass: "is-dragged", ghostClass: "is-ghost",
    onEnd: ({ item, to, from, oldIndex, newIndex }) => {
      if (to === from && oldIndex === newIndex) return;
      say(item, to);
      void save(to);
    },
  });
}

export function startAgenda(): void {
  each("[data-sortable]", bind);
  document.addEventListener("keydown", (event) => {
    const row = closest(event, "[data-sortable] > [data-row]");
    const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !event.altKey || !direction) return;
    event.preventDefault();
    step(row, direction as -1 | 1);
  });
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-move]");
    const row = button?.closest<HTMLElement>("[data-sortable] > [data-row]");
    if (row) step(row, button?.dataset["move"] === "up" ? -1 : 1);
  });
}
