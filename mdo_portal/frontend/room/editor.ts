// The CodeMirror editor of one note: plain Dutch prose, wrapped, undo of one's own changes only, Tab and Escape leave it.
import { standardKeymap } from "@codemirror/commands";
import { Compartment, EditorSelection, EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, placeholder } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { meta } from "../behaviours/page";
import { cursors } from "./cursors";
import type { NoteSync } from "./sync";

export interface Editor { view: EditorView; freeze: () => void }

const readOnly = ({ label = "", key = "" }: DOMStringMap, isReadOnly: boolean) => [
  EditorState.readOnly.of(isReadOnly),
  EditorView.editable.of(!isReadOnly),
  EditorView.contentAttributes.of({
    "aria-label": label, lang: "nl", spellcheck: "true", autocorrect: "on",
    ...(isReadOnly ? { tabindex: "0", "aria-readonly": "true" } : key ? { "data-hotkey": key } : {}),
  }),
];

/** When its focus changes CodeMirror (6.43) puts a cursor at a soft wrap on the side it belongs to, also when it was left: that takes focus
 *  back, and the next key would be a letter in the advice. A cursor that was left belongs to no side. */
function letGo(_event: FocusEvent, view: EditorView): void {
  queueMicrotask(() => { // it may be in an update now
    const { main } = view.state.selection;
    if (main.empty && main.assoc) view.dispatch({ selection: EditorSelection.cursor(main.head) });
  });
}

/** Signs that turn the direction of what follows are seen by nobody, and make 2024 of 4202 for everybody: here they stand as on paper. */
const turns = highlightSpecialChars({
  specialChars: /[\u202a-\u202e\u2066-\u2069]/gu,
  render: (code) => {
    const named = document.createElement("span");
    named.textContent = `[U+${code.toString(16).toUpperCase()}]`;
    return named;
  },
});

/** The foot of the conclusion stands over the text above it: what is typed does not go on behind it. */
function aboveFoot(view: EditorView): { bottom: number } | null {
  const foot = view.dom.closest(".panel")?.querySelector<HTMLElement>(".conclusion-foot");
  return foot && getComputedStyle(foot).position === "sticky" ? { bottom: foot.offsetHeight } : null;
}

export function createEditor(parent: HTMLElement, sync: NoteSync): Editor {
  const rights = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: sync.text.toString(),
      extensions: [
        EditorView.cspNonce.of(meta("csp-nonce")),
        EditorView.lineWrapping,
        turns,
        EditorView.scrollMargins.of(aboveFoot),
        EditorView.domEventHandlers({ blur: letGo }),
        rights.of(readOnly(parent.dataset, "readonly" in parent.dataset)),
        placeholder(parent.dataset["placeholder"] ?? ""),
        yCollab(sync.text, null), // without its own cursors: those need style attributes
        cursors(sync.text, sync.awareness),
        keymap.of([{ key: "Escape", run: ({ contentDOM }) => { contentDOM.blur(); return true; } }, ...yUndoManagerKeymap, ...standardKeymap]),
      ],
    }),
  });
  return { view, freeze: () => view.dispatch({ effects: rights.reconfigure(readOnly(parent.dataset, true)) }) };
}
