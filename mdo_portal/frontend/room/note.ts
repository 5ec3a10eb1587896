// <div data-note="ID" data-label="Conclusie" [data-readonly] [data-placeholder="…"]>text as the server knows it</div>
// becomes a shared editor. Until it is opened, and without JavaScript, the plain text stands there.
// data-saved="yes|no" and [data-note-status="ID"] say whether what one sees is saved; while it is "no" nobody replaces the element.
import { each, timeOfDay, word } from "../behaviours/page";
import { connection, onLive } from "../behaviours/socket";
import { type Editor, createEditor } from "./editor";
import { type NoteState, NoteSync } from "./sync";

interface Incoming { note: string; update: ArrayBuffer }

class Note {
  readonly sync: NoteSync;
  private editor: Editor | null = null;
  private savedAt = "";

  constructor(readonly element: HTMLElement) {
    this.sync = new NoteSync(element.dataset["note"] ?? "", (state) => this.show(state));
  }

  private show(state: NoteState): void {
    if (state !== "opening" && state !== "refused") this.mount();
    if (state === "refused") this.editor?.freeze();
    const wasUnsaved = this.element.dataset["saved"] === "no";
    if (state !== "opening") this.element.dataset["saved"] = this.sync.isUnsaved ? "no" : "yes";
    if (state === "saved" && wasUnsaved) this.savedAt = timeOfDay();
    this.say();
    this.element.dispatchEvent(new CustomEvent("note:state", { bubbles: true, detail: { note: this.sync.note, state, reason: this.sync.reason } }));
  }

  /** Again, too, when the piece around the text was renewed: the words beside it come empty from the server. */
  say(): void {
    const state = this.sync.state;
    const said = word(`note-${this.standing(state)}`, { time: this.savedAt });
    for (const place of document.querySelectorAll<HTMLElement>(`[data-note-status="${CSS.escape(this.sync.note)}"]`)) {
      place.dataset["state"] = state;
      if (place.textContent !== said) place.textContent = said; // whoever hears the page hears it once
    }
  }

  /** Where nobody wrote anything nothing was saved, and of what others wrote we do not know when. */
  private standing(state: NoteState): string {
    if (state !== "saved") return state;
    if ("readonly" in this.element.dataset) return "readonly";
    if (this.sync.text.length === 0) return "empty";
    return this.savedAt ? "saved" : "kept";
  }

  private mount(): void {
    if (this.editor) return;
    this.element.replaceChildren();
    this.element.classList.add("is-shared");
    this.editor = createEditor(this.element, this.sync);
  }

  /** Still under way to the server; a refused text is not, and is lost only when its reader leaves it. */
  get isUnsaved(): boolean { return this.sync.state === "unsaved"; }

  close(): void {
    this.editor?.view.destroy();
    this.sync.close();
  }
}

const notes = new Map<HTMLElement, Note>();

/** A swap may have taken a note off the page; one with hx-preserve is moved and lives on. */
function sweep(): void {
  for (const [element, note] of notes) {
    if (element.isConnected) note.say();
    if (element.isConnected || note.isUnsaved) continue;
    note.close();
    notes.delete(element);
  }
}

const to = (name: string): Note[] => [...notes.values()].filter((note) => note.sync.note === name);

function begin(): void {
  const line = connection();
  line.on("note:update", ({ note, update }: Incoming) => to(note).forEach((one) => one.sync.hear(update)));
  line.on("note:awareness", ({ note, update }: Incoming) => to(note).forEach((one) => one.sync.hearWhere(update)));
  onLive((state) => {
    for (const note of notes.values()) {
      if (state === "on") void note.sync.open();
      else if (state === "off") note.sync.interrupted();
    }
  });
  document.body.addEventListener("htmx:afterSettle", sweep);
  window.addEventListener("beforeunload", (event) => {
    if ([...notes.values()].some((note) => note.isUnsaved)) event.preventDefault();
  });
  window.addEventListener("pagehide", (event) => { if (!event.persisted) notes.forEach((note) => note.close()); });
}

export function startNotes(): void {
  let begun = false;
  each("[data-note]", (element) => {
    if (notes.has(element)) return;
    const note = new Note(element);
    notes.set(element, note);
    if (!begun) { begun = true; begin(); }
    else if (connection().connected) void note.sync.open();
  });
}
