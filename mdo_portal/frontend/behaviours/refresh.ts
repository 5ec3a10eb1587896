// Fragments that follow the truth. <section id="agenda" data-live="meeting:12 agenda:12" data-live-url="/…/_agenda">
// is fetched again when one of its topics changed. Nothing is swapped under a reader's hands: with
// data-live-mode="ask", or while somebody types or drags inside, a button "3 wijzigingen · toon" appears instead.
// Without a socket every fragment is fetched each 15 seconds. With data-live-ages it is calm: what it says ages by itself (ages.ts), many
// changes in a row are one, and it waits for whoever opens, presses or selects something in it, without a button.
import { ASK_AGAIN_MS, fetchInto, htmx } from "./htmx";
import { announce, each, isTyping, meta, word } from "./page";
import { landIn, rememberPlace } from "./focus";
import { lookWhetherGone } from "./gone";
import { ask, connection, isLive, onLive, startIndicator } from "./socket";

interface Changed { topic: string; id: string; revision?: number }
interface Swap { target: Element; shouldSwap: boolean; requestConfig: { elt: Element; headers: Record<string, string> } }
interface Watched { topics?: string[]; missed?: Record<string, number> } // topic: the revision it came to, 0 when nobody said
const madeAt = Number(meta("made-at"));
const begunAt = performance.now(); // runs on whatever is done to the clock of this machine
let since = madeAt; // on the server's clock
const POLL_MS = 15_000;
const GATHER_MS = 120; // a burst of changes is one fetch; the spread keeps 25 screens from asking at once
const CALM_MS = 2_000; // a hospital's system sends twenty messages a second
const waiting = new Map<string, number>();
const planned = new Map<string, (number | undefined)[]>(); // fragments about to be fetched, and of which revisions was told
const own = new Map<string, Set<number>>(); // of each fragment the revisions that its forms made
const underWay = new Map<string, boolean>(); // fragments being fetched; whether they changed meanwhile
const LATE_MS = 25_000; // an answer that never comes holds up no later one; htmx itself gives up first, after 20 s (base.html)
// What changed in the seconds around the making of a page may stand on it already: often it is the act that led here. Until the reader
// does something there, such a list is simply fetched again, and nobody is asked whether to show what is shown.
let isTouched = false;
let polling = 0;
let unheard = 0; // until the server is told again what this page shows
let looking = 0;
let spokeAt = 0;
let followed: string[] = []; // the topics this page may follow, as it was last told

const seen = (element: HTMLElement): number => Number(element.dataset["liveRevision"] ?? -1);
const live = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-live]")];
const topicsOf = (element: HTMLElement): string[] => (element.dataset["live"] ?? "").split(/\s+/).filter(Boolean);

/** What the whole page is about, also where no piece of it is fetched again: a form, a letter. */
const ofPage = (): string[] => meta("page-topics").split(/\s+/).filter(Boolean);

function isTypedIn(element: HTMLElement): boolean {
  const active = document.activeElement;
  return active !== null && element.contains(active) && isTyping(active);
}

const isCalm = (element: HTMLElement): boolean => element.hasAttribute("data-live-ages");

/** Pressed: the click would come on nothing. Selected: somebody is about to copy an address or a fingerprint. */
function isHandled(element: HTMLElement): boolean {
  const selected = getSelection();
  return element.matches(":active") || (selected !== null && !selected.isCollapsed && element.contains(selected.anchorNode));
}

function isBusy(element: HTMLElement): boolean {
  return isTypedIn(element) || (isCalm(element) && isHandled(element))
    || element.querySelector("dialog[open], .is-dragged, [data-autosave-state=waiting], [data-saved=no]") !== null;
}

/** Whether somebody's own act inside is under way: its answer shows this very change, and would land beside a piece fetched meanwhile. */
const isActing = (element: HTMLElement): boolean => element.querySelector("form.htmx-request, button.htmx-request") !== null;

/** One fetch of a fragment at a time. What changed while one was under way may not be in it, and a second answer would land in the
 *  element that the first one replaced: it is fetched again when the first is in. */
async function refresh(element: HTMLElement, isAsked = false): Promise<void> {
  const id = element.id;
  if (underWay.has(id)) { underWay.set(id, true); return; }
  underWay.set(id, false);
  try {
    await Promise.race([fetched(element, isAsked), new Promise((late) => window.setTimeout(late, LATE_MS))]);
  } finally {
    const again = underWay.get(id);
    underWay.delete(id);
    const present = document.getElementById(id);
    if (again && present) plan(present);
  }
}

/** An act that begins inside a piece while that is being fetched goes first: what was asked for is from before it. Whichever answer came
 *  second would land in an element that stands on the page no more, and take the notes in it along. */
function giveWay(event: Event): void {
  const act = event.target instanceof Element ? event.target : null;
  const { requestConfig } = (event as CustomEvent<{ requestConfig: { headers: Record<string, string> } }>).detail;
  if (requestConfig.headers["X-Live"]) return; // a piece inside it that is being fetched itself
  for (const element of live()) {
    if (!element.contains(act) || !underWay.has(element.id)) continue;
    underWay.set(element.id, true);
    htmx.trigger(element, "htmx:abort");
  }
}

/** Whether there is no place any more for what was fetched: its fragment left the page, and what would be put in an element that stands
 *  nowhere takes the notes along; or somebody began to type in it meanwhile. */
const isNoPlace = (element: HTMLElement, isAsked: boolean): boolean =>
  !element.isConnected || (isAsked ? isTypedIn(element) : isBusy(element));

/** What was fetched and found no place is fetched again; under a reader's hands it is offered. */
function again(element: HTMLElement): void {
  if (element.isConnected && !isCalm(element)) offer(element);
  else plan(element);
}

/** Without an answer a reader stood at what was before, as live. Whose line is down is told all that was missed when it is up. */
function askLater(element: HTMLElement): void {
  window.setTimeout(() => { if (isLive()) plan(element); }, ASK_AGAIN_MS);
}

async function fetched(element: HTMLElement, isAsked: boolean): Promise<void> {
  waiting.delete(element.id);
  drawBar(element);
  let isHeld = false;
  const hold = (event: Event): void => {
    const { detail } = event as CustomEvent<Swap>;
    if (event.target !== element || !detail.requestConfig.headers["X-Live"] || !isNoPlace(element, isAsked)) return;
    detail.shouldSwap = false;
    isHeld = true;
  };
  element.addEventListener("htmx:beforeSwap", hold);
  const restore = rememberPlace(element);
  const url = element.dataset["liveUrl"] ?? element.getAttribute("hx-get") ?? location.href;
  const isAnswered = await fetchInto(url, {
    source: element, target: element, swap: "outerHTML", select: `#${CSS.escape(element.id)}`, headers: { "X-Live": "1" },
  });
  element.removeEventListener("htmx:beforeSwap", hold);
  if (isHeld) { again(element); return; }
  restore();
  document.getElementById(element.id)?.dispatchEvent(new CustomEvent("live:fetched", { bubbles: true }));
  if (!isAnswered) { askLater(element); return; }
  const says = document.getElementById(element.id)?.dataset["liveSays"] ?? word("updated");
  if (says && Date.now() - spokeAt > 5_000) { spokeAt = Date.now(); announce(says); }
}

function changed(element: HTMLElement, ofLoad = false): void {
  const asks = element.dataset["liveMode"] === "ask" && (isTouched || !ofLoad);
  if (!asks && !isBusy(element)) void refresh(element);
  else if (isCalm(element)) plan(element);
  else offer(element);
}

function offer(element: HTMLElement): void {
  waiting.set(element.id, (waiting.get(element.id) ?? 0) + 1);
  drawBar(element);
}

const minded = new WeakSet<Element>();

/** An act's answer of which the place left the page meanwhile is not shown, and what stands there now is fetched again. The event comes to
 *  the place itself: from there nothing reaches the page any more. */
function mindPlace(event: Event): void {
  const { target } = (event as CustomEvent<Swap>).detail;
  if (minded.has(target)) return;
  minded.add(target);
  target.addEventListener("htmx:beforeSwap", (swap) => {
    const { detail } = swap as CustomEvent<Swap>;
    if (swap.target !== target || detail.target.isConnected) return;
    detail.shouldSwap = false;
    const present = document.getElementById(target.id);
    if (present && topicsOf(present).length) plan(present);
  });
}

/** The answer to an act would close a dialog, or take a form along, in which somebody began since: it is offered when it is there. */
function keepWhatBegan(event: Event): void {
  const { detail } = event as CustomEvent<Swap>;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const element = target?.closest<HTMLElement>("[data-live]");
  if (!target || !element || detail.requestConfig.headers["X-Live"] || !detail.shouldSwap) return;
  const active = document.activeElement;
  const began = target.querySelector("dialog[open]") ?? (isTyping(active) ? active?.closest("form") : null);
  if (!began || !target.contains(began) || began.contains(detail.requestConfig.elt)) return;
  detail.shouldSwap = false;
  offer(element);
}

function drawBar(element: HTMLElement): void {
  const count = waiting.get(element.id) ?? 0;
  let bar = document.querySelector<HTMLButtonElement>(`[data-live-bar="${CSS.escape(element.id)}"]`);
  if (!count) { bar?.remove(); return; }
  if (!bar) {
    bar = document.createElement("button");
    bar.type = "button";
    bar.className = "live-bar";
    bar.dataset["liveBar"] = element.id;
    element.before(bar);
  }
  const text = word(count === 1 ? "one-change" : "changes", { n: count });
  bar.textContent = text;
  announce(text);
}

/** A form that saves itself made this revision of the piece it stands in: no news here. What others did before it still is. */
export function madeHere(form: Element, revision: number): void {
  const id = form.closest("[data-live]")?.id ?? "";
  own.set(id, (own.get(id) ?? new Set()).add(revision));
}

/** A piece that came in the place of that form, and was made before its words were stored, shows them not. */
function isMissing(element: HTMLElement): void {
  for (const revision of own.get(element.id) ?? []) if (revision > seen(element)) plan(element);
  own.delete(element.id);
}

const isShown = (element: HTMLElement, revision?: number): boolean =>
  revision !== undefined && (revision <= seen(element) || own.get(element.id)?.has(revision) === true);

function plan(element: HTMLElement, revision?: number, ofLoad = false): void {
  const told = planned.get(element.id);
  if (told) { told.push(revision); return; }
  planned.set(element.id, [revision]);
  const gather = isCalm(element) ? CALM_MS : GATHER_MS;
  window.setTimeout(() => {
    const news = planned.get(element.id) ?? [];
    planned.delete(element.id);
    const present = document.getElementById(element.id);
    if (!present || news.every((one) => isShown(present, one))) return;
    if (isActing(present)) news.forEach((one) => plan(present, one, ofLoad)); else changed(present, ofLoad);
  }, gather + Math.random() * gather);
}

function hear({ topic, revision }: Changed, ofLoad = false): void {
  for (const element of live()) {
    if (!topicsOf(element).includes(topic)) continue;
    if (!isShown(element, revision)) plan(element, revision, ofLoad);
  }
}

/** Tells the server the whole set of topics this page shows; it answers, and forgets topics no longer named. Until it has answered it is
 *  told again: a page of which nobody knows what it shows hears of nothing. */
async function watch(): Promise<void> {
  clearTimeout(unheard);
  if (!isLive()) return;
  const topics = [...new Set([...live().flatMap(topicsOf), ...ofPage()])].sort();
  const ofLoad = since === madeAt;
  const answer = await ask<Watched>("watch", { topics, since }).catch(() => undefined);
  if (!answer?.missed) { unheard = window.setTimeout(() => void watch(), ASK_AGAIN_MS); return; }
  since = madeAt + (performance.now() - begunAt) / 1000;
  leave(topics, answer.topics ?? topics);
  // Changed while this page was on its way; of what it shows already, as after an act of one's own, nothing was missed.
  for (const [topic, revision] of Object.entries(answer.missed)) hear({ topic, id: "", ...(revision ? { revision } : {}) }, ofLoad);
}

/** A topic that was followed and may not be any more takes what it is about off the screen, also where changes wait to be asked for. */
function leave(asked: string[], told: string[]): void {
  const lost = followed.filter((topic) => asked.includes(topic) && !told.includes(topic));
  followed = told;
  if (!lost.length) return;
  void lookWhetherGone(ofPage().some((topic) => lost.includes(topic)));
  live().forEach((element) => { if (topicsOf(element).some((topic) => lost.includes(topic))) void refresh(element, true); });
}

/** Fetches these again without having been told, where nobody is in the way. */
export function look(elements: HTMLElement[]): void {
  const isCovered = document.documentElement.classList.contains("is-covered"); // signed out: every piece would be refused
  if (!document.hidden && !isCovered) elements.forEach((element) => { if (!isBusy(element)) void refresh(element); });
}

const poll = (): void => { look(live()); };

/** Who may read what this page is about may have changed with it: asked of the list of topics, which nobody reads a patient by. */
function hearOfPage({ topic }: Changed): void {
  if (!ofPage().includes(topic)) return;
  clearTimeout(looking);
  looking = window.setTimeout(() => void watch(), GATHER_MS + Math.random() * GATHER_MS);
}

function begin(): void {
  connection().on("changed", (news: Changed) => { hear(news); hearOfPage(news); });
  onLive((state) => {
    clearInterval(polling);
    if (state === "on") void watch();
    else if (state === "off") polling = window.setInterval(poll, POLL_MS);
  });
}

export function startRefresh(): void {
  let begun = false;
  let watched = "";
  startIndicator();
  for (const kind of ["keydown", "pointerdown", "wheel", "touchmove"]) {
    document.addEventListener(kind, () => { isTouched = true; }, { capture: true, once: true, passive: true });
  }
  document.addEventListener("htmx:beforeRequest", giveWay);
  document.addEventListener("htmx:beforeRequest", mindPlace);
  document.addEventListener("htmx:beforeSwap", keepWhatBegan);
  if (ofPage().length) { begun = true; begin(); }
  each("[data-live]", (element) => {
    isMissing(element);
    if (!begun) { begun = true; begin(); }
    const topics = live().flatMap(topicsOf).sort().join(" ");
    if (topics !== watched) { watched = topics; void watch(); }
  });
  document.addEventListener("click", (event) => {
    const bar = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-live-bar]") : null;
    const element = bar && document.getElementById(bar.dataset["liveBar"] ?? "");
    if (element) void refresh(element, true).then(() => { landIn(element.id); });
  });
}
