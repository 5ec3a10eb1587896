// Other people's cursors: a coloured line with their name, their selection in the same tint. Colours are CSS classes
// (cursor-0 … cursor-7), because the content security policy forbids style attributes.
import { type Extension, type Range, StateEffect } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import * as Y from "yjs";
import type { Awareness } from "y-protocols/awareness";
import { meta } from "../behaviours/page";

interface Where { name?: string; anchor?: unknown; head?: unknown }
const moved = StateEffect.define<null>();
const COLOURS = 8;

function colour(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return `cursor-${sum % COLOURS}`;
}

class Caret extends WidgetType {
  constructor(private readonly name: string) { super(); }

  override eq(other: Caret): boolean { return other.name === this.name; }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = `cursor ${colour(this.name)}`;
    caret.setAttribute("aria-hidden", "true");
    const label = document.createElement("span");
    label.className = "cursor-name";
    label.textContent = this.name;
    caret.append(label);
    return caret;
  }

  override ignoreEvent(): boolean { return true; }
}

function place(text: Y.Text, value: unknown): number | null {
  const found = text.doc && value ? Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(value), text.doc) : null;
  return found?.type === text ? found.index : null;
}

function decorate(text: Y.Text, awareness: Awareness, length: number): DecorationSet {
  const marks: Range<Decoration>[] = [];
  awareness.getStates().forEach((where: Where, client) => {
    if (client === awareness.clientID) return;
    const [anchor, head] = [place(text, where.anchor), place(text, where.head)];
    if (anchor === null || head === null || Math.max(anchor, head) > length) return;
    const name = String(where.name ?? "").slice(0, 60);
    if (anchor !== head) marks.push(Decoration.mark({ class: `cursor-range ${colour(name)}` }).range(Math.min(anchor, head), Math.max(anchor, head)));
    marks.push(Decoration.widget({ widget: new Caret(name), side: head > anchor ? -1 : 1 }).range(head));
  });
  return Decoration.set(marks, true);
}

/** A name stands to the left of a cursor in the right half of the text, and below it where there is room, where mostly nothing is written
 *  yet; else above. So it is not cut off. On the wall nobody scrolls: where somebody types is brought into view, as the advice stands below
 *  what a wall shows of a long conclusion. */
const labelsInside = {
  key: "cursor-labels",
  read: (view: EditorView): [Element, boolean, boolean][] => [...view.contentDOM.querySelectorAll<HTMLElement>(".cursor")]
    .map((caret) => {
      const room = view.scrollDOM.getBoundingClientRect().bottom - caret.getBoundingClientRect().bottom;
      return [caret, caret.offsetLeft > view.contentDOM.clientWidth / 2, room > (caret.firstElementChild?.clientHeight ?? 0)];
    }),
  write: (carets: [Element, boolean, boolean][]): void => {
    carets.forEach(([caret, isRight, isBelow]) => {
      caret.classList.toggle("is-right", isRight);
      caret.classList.toggle("is-below", isBelow);
    });
    if (document.body.classList.contains("beamer")) carets.at(-1)?.[0].scrollIntoView({ block: "nearest" });
  },
};

export function cursors(text: Y.Text, awareness: Awareness): Extension {
  return ViewPlugin.fromClass(class {
    decorations: DecorationSet = Decoration.none;
    private readonly redraw = (changes: { added: number[]; updated: number[]; removed: number[] }): void => {
      const others = [...changes.added, ...changes.updated, ...changes.removed].some((client) => client !== awareness.clientID);
      if (others) queueMicrotask(() => this.view.dispatch({ effects: moved.of(null) }));
    };

    constructor(private readonly view: EditorView) { awareness.on("change", this.redraw); }

    update(update: ViewUpdate): void {
      if (update.selectionSet || update.focusChanged || update.docChanged) queueMicrotask(() => this.sayWhere());
      this.decorations = decorate(text, awareness, update.state.doc.length);
      this.view.requestMeasure(labelsInside);
    }

    private sayWhere(): void {
      if (!this.view.hasFocus) {
        if (awareness.getLocalState()) awareness.setLocalState(null);
        return;
      }
      const { anchor, head } = this.view.state.selection.main;
      const at = (index: number): unknown => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index));
      const where = { name: meta("person"), anchor: at(anchor), head: at(head) };
      if (JSON.stringify(where) !== JSON.stringify(awareness.getLocalState())) awareness.setLocalState(where);
    }

    destroy(): void { awareness.off("change", this.redraw); }
  }, { decorations: (plugin) => plugin.decorations });
}
