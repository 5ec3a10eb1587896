// <meta name="session" content="IDLE END PERSON"> says until when (seconds, the server's clock). Who works for another hospital since, in
// another tab, counts as another PERSON: what was typed for the one must not be sent in for the other. Five minutes before, a message
// that takes no focus, with one button. After it the page is covered, not thrown away: signed in again in another
// tab, one goes on here and what was typed is still there. A page that only refreshes itself extends nothing.
import { announce, meta, word } from "./page";
import { toast } from "./toasts";

interface Left { idle: number; ends: number; person: string; csrf: string }
/** Told to the page when the portal said that its reader is signed in: what was refused meanwhile may be asked again. */
export const STILL_HERE = "session:here";
const WARN_MS = 5 * 60_000;
const LOOK_MS = 10_000;
const AGAIN_MS = 3_000;
const ONE_LOOK_MS = 1_000; // a page whose every piece is refused asks once
const tag = document.querySelector<HTMLMetaElement>('meta[name="session"]');
const ago = Date.now() - Number(meta("made-at")) * 1_000; // our clock against the server's
const [idleAt, endsAt, person] = (tag?.content ?? "").split(" ");
let idle = Number(idleAt) * 1_000 + ago;
let ends = Number(endsAt) * 1_000 + ago;
let warned = "";
let isOver = false;
let askedAt = 0;

async function ask(url: string, method: string): Promise<Left | null> {
  const headers: Record<string, string> = { "X-CSRF-Token": meta("csrf-token"), "HX-Request": "true", Accept: "application/json" };
  if (method === "GET") headers["X-Live"] = "1";
  const answer = await fetch(url, { method, headers, credentials: "same-origin", redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401) return null;
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Left;
}

function heard(left: Left): void {
  idle = Date.now() + left.idle * 1_000;
  ends = Date.now() + left.ends * 1_000;
}

/** Another tab may have gone on meanwhile: only the server knows. Without an answer our own clock decides. */
async function look(): Promise<void> {
  askedAt = Date.now();
  try {
    const left = await ask(tag?.dataset["state"] ?? "", "GET");
    if (left && left.person === person) { heard(left); document.dispatchEvent(new Event(STILL_HERE)); }
    else if (left) location.reload(); // somebody else signed in here
    else idle = ends = 0;
  } catch { /* the line is down: the page may still show what it shows until its own clock says no */ }
}

/** What this page asked for was refused, or its live line was closed by the portal: signed out in another tab, shut out by an
 *  administrator. Covered at once when it is so, and not when our own clock says so: who signs out on a machine that others use leaves
 *  no patient behind in another tab. False on a page that nobody is signed in on. */
export function lookAgain(): boolean {
  if (tag && !isOver && Date.now() - askedAt > ONE_LOOK_MS) void look().then(tick);
  return tag !== null;
}

/** Asked before a form leaves the page: whether the same person is still signed in. The form's token is then the present one. */
export async function stillHere(): Promise<"here" | "gone" | "unreachable"> {
  try {
    const left = await ask(tag?.dataset["state"] ?? "", "GET");
    if (!left) { cover(); return "gone"; }
    if (left.person !== person) { location.reload(); return "gone"; }
    heard(left);
    renew(left.csrf);
    return "here";
  } catch {
    return "unreachable";
  }
}

async function tick(): Promise<void> {
  if (isOver) { if (!document.hidden) await returned(); return; } // who comes back to this page is a change of visibility
  if (Math.min(idle, ends) - Date.now() < WARN_MS && Date.now() - askedAt > LOOK_MS) await look();
  const now = Date.now();
  if (Math.min(idle, ends) <= now) { cover(); return; }
  const kind = ends - now < WARN_MS ? "end" : idle - now < WARN_MS ? "idle" : "";
  show(kind, Math.ceil((Math.min(idle, ends) - now) / 60_000));
}

function show(kind: string, minutes: number): void {
  const box = document.getElementById("timeout-soon");
  if (!box) return;
  box.querySelectorAll<HTMLElement>("[data-timeout-left]").forEach((place) => {
    const text = `${minutes} min`;
    if (place.textContent !== text) place.textContent = text;
  });
  if (kind === warned) return;
  warned = kind;
  box.querySelectorAll<HTMLElement>("[data-timeout]").forEach((line) => { line.hidden = line.dataset["timeout"] !== kind; });
  box.querySelectorAll<HTMLElement>("[data-timeout-extend]").forEach((button) => { button.hidden = kind !== "idle"; });
  box.hidden = kind === "";
  if (kind) announce(box.querySelector<HTMLElement>(`[data-timeout="${kind}"]`)?.innerText ?? "");
}

function cover(): void {
  isOver = true;
  show("", 0);
  document.documentElement.classList.add("is-covered");
  const dialog = document.getElementById("timeout-over");
  if (dialog instanceof HTMLDialogElement && !dialog.open) {
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.showModal();
  }
}

/** Somebody signed in again in another tab: the same person goes on here, with the new form token. */
async function returned(): Promise<void> {
  const left = await ask(tag?.dataset["state"] ?? "", "GET").catch(() => null);
  if (!left) return;
  if (left.person !== person) { location.reload(); return; }
  heard(left);
  renew(left.csrf);
  isOver = false;
  document.documentElement.classList.remove("is-covered");
  const dialog = document.getElementById("timeout-over");
  if (dialog instanceof HTMLDialogElement) dialog.close();
  document.dispatchEvent(new Event(STILL_HERE));
}

function renew(token: string): void {
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": token }));
  document.querySelectorAll<HTMLInputElement>('input[name="csrf_token"]').forEach((field) => { field.value = token; });
}

async function extend(): Promise<void> {
  try {
    const left = await ask(tag?.dataset["extend"] ?? "", "POST");
    if (left) { heard(left); show("", 0); toast("success", word("timeout-extended")); } else cover();
  } catch {
    toast("error", word("unreachable"));
  }
}

export function startTimeout(): void {
  if (!tag) return;
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-timeout-extend]")) void extend();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void tick(); });
  window.setInterval(() => void tick(), AGAIN_MS);
}
