// Messages that stay readable: good news leaves after a while unless one is reading, the rest waits to be closed.
// The server speaks by flash messages (base.html) or a header  HX-Trigger: {"toast": {"kind", "text", "undo"}}. A header names nobody; of whom
// it is, says the form that was sent: data-about="name". The newest that can be undone is undone by z: no Tab gets there in time.
import { announce, closest, icon, word } from "./page";
import { send } from "./request";

export type Kind = "success" | "info" | "warning" | "error";
interface Said { kind?: Kind; text: string; undo?: string }

const ICONS: Record<Kind, string> = { success: "circle-check", info: "info-circle", warning: "alert-triangle", error: "alert-octagon" };
const GOOD_NEWS_MS = 10_000;
const MOST_GOOD_NEWS = 3; // who plans one case after another sees the brief of the next; more of them lay over it

export function toast(kind: Kind, text: string, undo = ""): void {
  const box = boxInReach();
  if (!box) return;
  const same = [...box.children].find((other) => other.querySelector(".toast-text")?.textContent === text);
  if (same && !undo) return;
  same?.remove(); // the same was done once more: only the newest can be undone
  const note = document.createElement("div");
  note.className = `toast-note toast-${kind}`;
  note.dataset["toast"] = kind;
  if (box.closest("dialog")) note.dataset["saidInDialog"] = "";
  const words = document.createElement("p");
  words.className = "toast-text";
  words.textContent = text;
  note.append(icon(ICONS[kind]), words);
  if (undo) note.append(undoButton(note, undo));
  note.append(closeButton());
  box.append(note);
  giveRoom(box);
  markNewest();
  leaveLater(note);
}

/** The oldest good news leaves for the newest, unless somebody is at it; what has to be read stays until it is closed. */
function giveRoom(box: HTMLElement): void {
  const good = [...box.querySelectorAll<HTMLElement>(':scope > :is([data-toast="success"], [data-toast="info"]):not(:hover, :focus-within)')];
  good.slice(0, Math.max(0, good.length - MOST_GOOD_NEWS)).forEach((note) => note.remove());
}

/** What z undoes: the last thing that was done, if that can be undone; never one before it. */
function markNewest(): void {
  const done = [...document.querySelectorAll<HTMLElement>('#toasts > [data-toast="success"]')];
  done.forEach((note, index) => {
    const button = note.querySelector<HTMLElement>("[data-undo]");
    const isNewest = index === done.length - 1;
    if (button && isNewest) button.dataset["hotkey"] = "z"; else delete button?.dataset["hotkey"];
    button?.querySelector("kbd")?.toggleAttribute("hidden", !isNewest);
  });
}

function takeAway(note: Element): void {
  note.remove();
  markNewest();
}

let box: HTMLElement | null = null;

/** Inside the dialog that is open, if one is: all behind it is inert, dim for the eye and silent for a screen reader. */
function boxInReach(): HTMLElement | null {
  box ??= document.getElementById("toasts");
  const home = [...document.querySelectorAll("dialog:modal")].pop() ?? document.body;
  if (box && box.parentElement !== home) home.append(box);
  return box;
}

function closeButton(): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn-quiet btn-icon";
  button.dataset["toastClose"] = "";
  button.setAttribute("aria-label", word("close"));
  button.append(icon("x"));
  return button;
}

function undoButton(note: HTMLElement, url: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.dataset["undo"] = "";
  const key = document.createElement("kbd");
  key.textContent = "z";
  button.append(word("undo"), " ", key);
  button.addEventListener("click", () => {
    void send(url, new URLSearchParams()).then((response) => {
      takeAway(note);
      if (response.ok) {
        announce(word("undone"));
        document.body.dispatchEvent(new CustomEvent("undone", { bubbles: true }));
      } else toast("error", word("undo-failed"));
    }, () => toast("error", word("unreachable")));
  });
  return button;
}

function leaveLater(note: HTMLElement): void {
  if (note.dataset["toast"] !== "success" && note.dataset["toast"] !== "info") return;
  const leave = (): void => {
    if (note.matches(":hover, :focus-within")) setTimeout(leave, 3_000);
    else takeAway(note);
  };
  setTimeout(leave, GOOD_NEWS_MS);
}

export function startToasts(): void {
  document.querySelectorAll<HTMLElement>("#toasts > [data-toast]").forEach(leaveLater);
  // A dialog that closes takes nothing along that was said in it.
  document.addEventListener("close", boxInReach, true);
  document.addEventListener("click", (event) => {
    const note = closest(event, "[data-toast-close]") && closest(event, "[data-toast]");
    if (note) takeAway(note);
  });
  // What was refused in a dialog is over once the dialog is accepted: a red sentence beside the good news is a riddle.
  document.body.addEventListener("closeDialog", () => {
    document.querySelectorAll('#toasts [data-toast="error"][data-said-in-dialog]').forEach(takeAway);
  });
  document.body.addEventListener("toast", (event) => {
    const { kind, text, undo } = (event as CustomEvent<Said>).detail;
    const about = closest(event, "[data-about]")?.dataset["about"];
    toast(kind ?? "success", about ? `${about} · ${text}` : text, undo);
  });
}
