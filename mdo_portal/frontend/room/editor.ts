// The CodeMirror editor of one note: plain Dutch prose, wrapped, undo of one's own changes only, Tab and Escape leave it.
import { standardKeymap } from "@codemirror/commands";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { meta } from "../behaviours/page";
import { cursors } from "./cursors";
import type { NoteSync } from "./sync";

export interface Editor { view: EditorView; freeze: () => void }

const readOnly = (label: string, isReadOnly: boolean) => [
  EditorState.readOnly.of(isReadOnly),
  EditorView.editable.of(!isReadOnly),
  EditorView.contentAttributes.of({
    "aria-label": label, lang: "nl", spellcheck: "true", autocorrect: "on", ...(isReadOnly ? { tabindex: "0", "aria-readonly": "true" } : {}),
  }),
];

export function createEditor(parent: HTMLElement, sync: NoteSync): Editor {
  const rights = new Compartment();
  const label = parent.dataset["label"] ?? "";
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: sync.text.toString(),
      extensions: [
        EditorView.cspNonce.of(meta("csp-nonce")),
        EditorView.lineWrapping,
        rights.of(readOnly(label, "readonly" in parent.dataset)),
        placeholder(parent.dataset["placeholder"] ?? ""),
        yCollab(sync.text, null), // without its own cursors: those need style attributes
        cursors(sync.text, sync.awareness),
        keymap.of([{ key: "Escape", run: ({ contentDOM }) => { contentDOM.blur(); return true; } }, ...yUndoManagerKeymap, ...standardKeymap]),
      ],
    }),
  });
  return { view, freeze: () => view.dispatch({ effects: rights.reconfigure(readOnly(label, true)) }) };
}
