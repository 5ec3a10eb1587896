// The screen goes where the chair goes: the agenda's piece says which round is on ([data-room-current]), #room-case which one
// is shown. Case, conclusion and banner come in one answer, so that no text is ever typed beside another patient's case.
// Somebody who types, or has a dialog open, stays where they are and gets a bar to go along; so does who looks by themselves.
import { announce, closest, each, isTyping } from "../behaviours/page";
import { ASK_AGAIN_MS, fetchInto } from "../behaviours/htmx";

const bar = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-room-follow]");
const room = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-room]");

function isTypingHere(): boolean {
  const active = document.activeElement;
  return active !== null && room()?.contains(active) === true && isTyping(active);
}

/** Whether somebody is at work here: they decide themselves when to go along. */
const isAtWork = (): boolean => isTypingHere() || document.querySelector("[data-room] dialog[open]") !== null;

/** What nobody takes any more: somebody else changed it, it was refused. What waits for a line is sent, also when its page has gone on. */
function isStuck(): boolean {
  const form = "[data-room] [data-autosave-status]:is([data-state=conflict], [data-state=refused])";
  const notes = [...document.querySelectorAll<HTMLElement>("[data-room] [data-note][data-saved=no]")];
  return document.querySelector(form) !== null
    || notes.some((note) => document.querySelector(`[data-note-status="${CSS.escape(note.dataset["note"] ?? "")}"][data-state=refused]`) !== null);
}

function isBusy(): boolean {
  return isAtWork() || document.querySelector("[data-room] :is([data-saved=no], [data-autosave-state=waiting])") !== null;
}

/** What began while a case was on its way holds it back, and so no case goes under somebody's hands. Who goes on by their own key or by the
 *  bar leaves what they typed before, which is sent: then only a dialog or typing that goes on counts. */
function hold(event: Event): void {
  const { xhr, requestConfig } = (event as CustomEvent<{ xhr: XMLHttpRequest; requestConfig: { verb: string } }>).detail;
  if (xhr.getResponseHeader("HX-Retarget") !== "#room-case") return;
  const gone = xhr.getResponseHeader("X-Off-The-Agenda");
  if (gone) {
    // Off the agenda it leaves the screen under whoever's hands; a second piece that says so too comes on what is there by then.
    if (document.getElementById("room-case")?.dataset["round"] !== gone) event.preventDefault();
    return;
  }
  if (requestConfig.verb === "post" || isAsked ? !isAtWork() : !isBusy()) return;
  event.preventDefault();
  follow();
}

let isAsked = false; // the case on its way, by the bar

async function go(asked = false): Promise<void> {
  const url = room()?.dataset["roomUrl"];
  if (!url) return;
  isAsked = asked;
  if (!await fetchInto(url, { target: "#room-case", swap: "outerHTML" })) { window.setTimeout(follow, ASK_AGAIN_MS); return; }
  history.replaceState(history.state, "", room()?.dataset["roomPage"] ?? location.href);
}

/** Whether the chair is elsewhere than this screen; null for a reader who chose a case of their own. A case that came in after the agenda
 *  did knows better. */
function isElsewhere(): boolean | null {
  const agenda = document.querySelector<HTMLElement>("[data-room-current]");
  const shown = document.getElementById("room-case");
  if (!agenda || !shown || shown.dataset["following"] === "no") return null;
  if (Number(agenda.dataset["liveRevision"]) < Number(shown.dataset["meetingRevision"])) return false;
  return agenda.dataset["roomCurrent"] !== shown.dataset["round"];
}

/** Whether no case is on and this screen says of an older agenda how many wait. */
function isOfOlderAgenda(): boolean {
  const agenda = document.querySelector<HTMLElement>("[data-room-current]");
  const shown = document.getElementById("room-case");
  if (!agenda || !shown || agenda.dataset["roomCurrent"] || shown.dataset["round"]) return false;
  return Number(agenda.dataset["liveRevision"]) > Number(shown.dataset["meetingRevision"]);
}

/** In the agenda: which case this screen shows, when that is not the chair's. */
function mark(isBehind: boolean): void {
  const shown = document.getElementById("room-case")?.dataset["round"];
  const row = isBehind && shown ? document.querySelector(`#room-agenda [data-row="${CSS.escape(shown)}"]`) : null;
  row?.classList.add("is-looked");
}

/** What holds this element and scrolls by itself: the agenda, or it and what was told back below it. Of a phone it is the page: nothing. */
function scroller(element: HTMLElement): HTMLElement | null {
  for (let above = element.parentElement; above; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY)) return above;
  }
  return null;
}

let inSight = ""; // the case that was on when the agenda last moved to it

/** An agenda of forty is longer than the screen: the case that comes on is brought into sight, a third from the top, so that what comes
 *  next is too. Only the list moves, and only when another case comes on. */
function keepInSight(): void {
  const agenda = document.querySelector<HTMLElement>("[data-room-current]");
  const on = agenda?.dataset["roomCurrent"] ?? "";
  const row = on ? agenda?.querySelector<HTMLElement>(`[data-row="${CSS.escape(on)}"]`) : null;
  const list = row && scroller(row);
  if (!list || on === inSight) return;
  inSight = on;
  const [place, frame] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
  if (place.top < frame.top || place.bottom > frame.bottom) list.scrollTop += place.top - frame.top - frame.height / 3;
}

/** That the chair is elsewhere, and whether what is typed here is kept: who goes along leaves it. */
function say(button: HTMLElement, waits: boolean): void {
  const before = `${button.hidden} ${button.dataset["stuck"]}`, isLost = isStuck();
  const [kept, stuck] = [...button.querySelectorAll("span")];
  button.hidden = !waits;
  button.dataset["stuck"] = isLost ? "yes" : "no";
  if (kept && stuck) { kept.hidden = isLost; stuck.hidden = !isLost; }
  if (waits && before !== `${button.hidden} ${button.dataset["stuck"]}`) announce(button.innerText);
}

const STORED_MS = 500;
let storing = 0;

function follow(): void {
  const away = isElsewhere() === true;
  const waits = away && isBusy();
  mark(waits);
  const button = bar();
  if (button) say(button, waits);
  if ((away && !waits) || (isOfOlderAgenda() && !isBusy())) void go();
  // Who left their text goes along as soon as it is stored; without a line the bar says that they are behind.
  clearTimeout(storing);
  if (waits && !isAtWork()) storing = window.setTimeout(follow, STORED_MS);
}

export function startFollowing(): void {
  keepInSight();
  document.addEventListener("live:fetched", keepInSight); // once the reader's own place in it was put back
  each("[data-room-current]", follow);
  each("#room-case", follow);
  // A case that came in whole is up to date: an offer to show changes of the previous one has no meaning any more.
  each("#room-conclusion", () => document.querySelector('[data-live-bar="room-conclusion"]')?.remove());
  document.addEventListener("click", (event) => { if (closest(event, "[data-room-follow]")) void go(true); });
  document.addEventListener("htmx:beforeOnLoad", hold);
  for (const kind of ["autosave:state", "note:state"]) document.addEventListener(kind, follow);
}
