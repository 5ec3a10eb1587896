// Messages that stay readable: good news leaves after a while unless one is reading, the rest waits to be closed.
// The server speaks by flash messages (base.html) or a header  HX-Trigger: {"toast": {"kind", "text", "undo"}}.
import { closest, icon, word } from "./page";
import { send } from "./request";

export type Kind = "success" | "info" | "warning" | "error";
interface Said { kind?: Kind; text: string; undo?: string }

const ICONS: Record<Kind, string> = { success: "circle-check", info: "info-circle", warning: "alert-triangle", error: "alert-octagon" };
const GOOD_NEWS_MS = 10_000;

export function toast(kind: Kind, text: string, undo = ""): void {
  const box = boxInReach();
  if (!box || [...box.children].some((other) => other.querySelector(".toast-text")?.textContent === text)) return;
  const note = document.createElement("div");
  note.className = `toast-note toast-${kind}`;
  note.dataset["toast"] = kind;
  const words = document.createElement("p");
  words.className = "toast-text";
  words.textContent = text;
  note.append(icon(ICONS[kind]), words);
  if (undo) note.append(undoButton(note, undo));
  note.append(closeButton());
  box.append(note);
  leaveLater(note);
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
  button.textContent = word("undo");
  button.addEventListener("click", () => {
    void send(url, new URLSearchParams()).then((response) => {
      note.remove();
      if (response.ok) document.body.dispatchEvent(new CustomEvent("undone", { bubbles: true }));
      else toast("error", word("undo-failed"));
    }, () => toast("error", word("unreachable")));
  });
  return button;
}

function leaveLater(note: HTMLElement): void {
  if (note.dataset["toast"] !== "success" && note.dataset["toast"] !== "info") return;
  const leave = (): void => {
    if (note.matches(":hover, :focus-within")) setTimeout(leave, 3_000);
    else note.remove();
  };
  setTimeout(leave, GOOD_NEWS_MS);
}

export function startToasts(): void {
  document.querySelectorAll<HTMLElement>("#toasts > [data-toast]").forEach(leaveLater);
  // A dialog that closes takes nothing along that was said in it.
  document.addEventListener("close", boxInReach, true);
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-toast-close]")) closest(event, "[data-toast]")?.remove();
  });
  document.body.addEventListener("toast", (event) => {
    const { kind, text, undo } = (event as CustomEvent<Said>).detail;
    toast(kind ?? "success", text, undo);
  });
}
