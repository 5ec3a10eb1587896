// input[data-finds="#place"] searches on the server (htmx), and the list comes into that place: arrow down goes to what stands there, Enter
// to what the answer brings; how much was found is said. input[data-filter="#list"] hides the rows ([data-row]) of that list that lack one of the typed words. Enter or arrow down: on to what was
// found.
import { rowsOf, toFirst } from "./keys";
import { announce, closest, word } from "./page";

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const listOf = (input: HTMLInputElement): Element | null => document.querySelector(input.dataset["filter"] ?? "");

/** How many rows are left. */
function filter(input: HTMLInputElement): number {
  const wanted = plain(input.value).split(/\s+/).filter(Boolean);
  const list = listOf(input);
  if (!list) return 0;
  const rows = [...list.querySelectorAll<HTMLElement>("[data-row]")];
  let shown = 0;
  for (const row of rows) {
    const text = plain(row.textContent ?? "");
    row.hidden = !wanted.every((part) => text.includes(part));
    if (!row.hidden) shown += 1;
  }
  const count = word("filtered", { shown, all: rows.length });
  document.querySelectorAll<HTMLElement>(`[data-filter-count="${input.dataset["filter"]}"]`).forEach((place) => {
    place.textContent = wanted.length ? count : "";
  });
  if (wanted.length) announce(count);
  return shown;
}

const inputOver = (inside: Element): HTMLInputElement | undefined =>
  [...document.querySelectorAll<HTMLInputElement>("input[data-filter]")].find((input) => listOf(input)?.contains(inside));

/** The words by which the list around this element is filtered now. */
export const wordsOver = (inside: Element): string => inputOver(inside)?.value ?? "";

/** Filters the list around this element again, unless nothing would be left: an empty list beneath a full one is a riddle. */
export function filterAgain(inside: Element, words: string): void {
  const input = inputOver(inside);
  if (!input || input.value || !words) return;
  input.value = words;
  if (filter(input)) return;
  input.value = "";
  filter(input);
}

const searchOf = (input: HTMLInputElement): Element | null => document.querySelector(input.dataset["finds"] ?? input.dataset["filter"] ?? "");
const searches = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("input[data-finds], input[data-filter]")];

/** The words by which the list around this element was found, on the server or on the page. No number of a person: browsers keep their history. */
export const searchedFor = (inside: Element): string => {
  const words = searches().find((input) => searchOf(input)?.contains(inside))?.value ?? "";
  return /\d{5}/.test(words) ? "" : words;
};

/** Back on the page: searched for anew, with a list that may be another by now. `then`: once that is there. */
export function searchAgain(words: string, then: () => void): void {
  const input = searches().find((one) => searchOf(one));
  if (!input || input.value || !words) return;
  if (input.dataset["filter"]) { filterAgain(searchOf(input) ?? input, words); return; }
  const go = (): void => {
    document.body.addEventListener("htmx:afterSettle", then, { once: true });
    input.value = words;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // Only once htmx has noted what the field held before: it asks for what was changed.
  if (document.readyState === "complete") go(); else document.addEventListener("DOMContentLoaded", go, { once: true });
}

/** Searching on the server: a name typed with the telephone under one's chin, Enter, and the next key is for the line that was found. */
function startFinding(): void {
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    const input = closest<HTMLInputElement>(event, "input[data-finds]");
    if (!input || event.isComposing) return;
    const place = document.querySelector(input.dataset["finds"] ?? "");
    if (event.key === "Enter") isGoing = true; // the form is sent as well, and its answer may be another list
    else if (event.key !== "Tab") isGoing = false;
    if (event.key === "ArrowDown" && place && toFirst(place)) event.preventDefault();
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const input = document.activeElement;
    if (!(input instanceof HTMLInputElement) || !input.dataset["finds"]) return;
    const place = document.querySelector(input.dataset["finds"]);
    if (!place?.contains(event.target as Node)) return;
    announce(word("found", { n: rowsOf(place).length }));
    if (isGoing) toFirst(place);
    isGoing = false;
  });
}

export function startFilter(): void {
  startFinding();
  let pause = 0;
  document.addEventListener("input", (event) => {
    const input = closest<HTMLInputElement>(event, "input[data-filter]");
    if (!input) return;
    clearTimeout(pause);
    pause = window.setTimeout(() => filter(input), 120);
  });
  document.addEventListener("keydown", (event) => {
    const input = closest<HTMLInputElement>(event, "input[data-filter]");
    if (!input || event.isComposing) return;
    if (event.key === "Escape") input.value = "";
    else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    clearTimeout(pause);
    filter(input);
    const list = listOf(input);
    if (event.key !== "Escape" && list && toFirst(list)) event.preventDefault();
  });
  // A refreshed list is filtered again, so a live change does not bring hidden rows back.
  document.body.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll<HTMLInputElement>("input[data-filter]").forEach((input) => { if (input.value) filter(input); });
  });
}
