// <form data-autosave="/casus/7/aanmelding"> saves itself 600 ms after the last keystroke and says so in its
// [data-autosave-status]. What was typed stays in the form whatever happens; it is sent again until it is saved.
// The answer: 2xx saved (headers X-Saved-At "14:32", X-Revision; html goes into data-autosave-target),
// 409 somebody else changed it, 422 not accepted (html into data-autosave-target), 401 sign in again.
import { htmx } from "./htmx";
import { each, timeOfDay, word } from "./page";
import { madeHere } from "./refresh";
import { isSignedOut, send } from "./request";
import { stillHere } from "./timeout";
import { toast } from "./toasts";

type State = "saved" | "waiting" | "failed" | "conflict" | "signed-out" | "refused";
const PAUSE_MS = 600;
const RETRY_MS = [2_000, 5_000, 15_000];

class Autosave {
  private pause = 0;
  private attempts = 0;
  private isSending = false;
  private isChanged = false;

  constructor(private readonly form: HTMLFormElement) {
    const typed = (): void => { this.isChanged = true; this.say("waiting"); this.plan(PAUSE_MS); };
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
    form.addEventListener("focusout", () => { if (this.isChanged) this.plan(0); });
    window.addEventListener("beforeunload", (event) => { if (this.unsaved && form.isConnected) event.preventDefault(); });
    // At the window, after submitting.ts: a submit that was held back, for want of a line or a session, sends nothing.
    window.addEventListener("submit", (event) => {
      if (event.target !== form || event.defaultPrevented) return;
      this.isChanged = false;
      clearTimeout(this.pause);
    });
    window.addEventListener("online", () => { if (this.isChanged && this.attempts) this.plan(0); });
  }

  private get unsaved(): boolean { return this.isChanged || this.isSending; }

  private plan(wait: number): void {
    clearTimeout(this.pause);
    this.pause = window.setTimeout(() => void this.save(), wait);
  }

  private async save(): Promise<void> {
    if (this.isSending || !this.isChanged) return; // a form that left the page sends what was typed last in it
    this.isSending = true;
    this.isChanged = false;
    let state: State;
    try {
      const url = this.form.dataset["autosave"] || this.form.action;
      state = await this.heard(await send(url, this.texts(), "POST", { "X-Autosave": "1" }));
    } catch {
      state = "failed";
    }
    this.isSending = false;
    this.settle(state);
  }

  private texts(): FormData {
    const texts = new FormData(this.form);
    for (const [name, value] of [...texts]) if (value instanceof File) texts.delete(name);
    return texts;
  }

  private settle(state: State): void {
    if (state !== "saved" && this.isLeft && (state !== "failed" || this.attempts >= RETRY_MS.length)) {
      toast("error", word("autosave-lost")); // nobody sees the form say so any more
      return;
    }
    if (state === "saved") {
      this.attempts = 0;
      if (this.isChanged) this.plan(PAUSE_MS);
    } else {
      this.isChanged = true;
      if (state !== "refused" && state !== "conflict") this.plan(RETRY_MS[Math.min(this.attempts++, RETRY_MS.length - 1)] ?? 15_000);
    }
    this.say(this.isChanged && state === "saved" ? "waiting" : state);
  }

  private get isLeft(): boolean { return !this.form.isConnected; }

  private async heard(response: Response): Promise<State> {
    if (response.status === 404 && this.isLeft) return "saved"; // its reader took out what it was typed in
    // Signed out in another tab the form's token is the old one too: this page is covered, or goes on with the present token.
    if (isSignedOut(response) || response.status === 403) return await stillHere() === "here" ? "failed" : "signed-out";
    if (response.status === 409) return "conflict";
    if (response.ok || response.status === 422) await this.show(response);
    if (!response.ok) return response.status === 422 ? "refused" : "failed";
    const revision = response.headers.get("X-Revision");
    const field = this.form.elements.namedItem("revision");
    if (revision && field instanceof HTMLInputElement) field.value = revision;
    const live = response.headers.get("X-Live-Revision");
    if (live) madeHere(this.form, Number(live));
    this.savedAt = response.headers.get("X-Saved-At") ?? timeOfDay();
    return "saved";
  }

  private savedAt = "";

  private async show(response: Response): Promise<void> {
    const target = document.querySelector(this.form.dataset["autosaveTarget"] ?? "#none");
    const html = target && response.headers.get("Content-Type")?.startsWith("text/html") ? await response.text() : "";
    if (target && html) htmx.swap(target, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  }

  private say(state: State): void {
    this.form.dataset["autosaveState"] = state === "saved" ? "saved" : "waiting";
    for (const place of this.form.ownerDocument.querySelectorAll<HTMLElement>("[data-autosave-status]")) {
      if (place.closest("form") !== this.form && place.dataset["autosaveStatus"] !== this.form.id) continue;
      place.dataset["state"] = state;
      place.textContent = word(`autosave-${state}`, { time: this.savedAt });
    }
    this.form.dispatchEvent(new CustomEvent("autosave:state", { bubbles: true }));
  }
}

export function startAutosave(): void {
  each<HTMLFormElement>("form[data-autosave]", (form) => { new Autosave(form); });
}
