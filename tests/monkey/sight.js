// What a screen shows, for tests/monkey/desks.py. A note's text is that of its lines, without cursors of others and without a placeholder.
() => {
  const one = (what) => document.querySelector(what);
  const all = (what) => [...document.querySelectorAll(what)];
  const ofRound = (piece) => piece?.dataset.liveUrl ? new URL(piece.dataset.liveUrl, location.href).searchParams.get("round") : null;
  const line = (note) => {
    const content = note.querySelector(".cm-content")?.cloneNode(true);
    if (!content) return null;
    content.querySelectorAll(".cursor").forEach((cursor) => cursor.remove());
    if (content.querySelector(".cm-placeholder")) return "";
    return [...content.querySelectorAll(".cm-line")].map((part) => part.textContent).join("\n");
  };
  const place = (element) => {
    if (!element || element === document.body) return "";
    const note = element.closest("[data-note]");
    if (note) return `note ${note.dataset.note}`;
    const form = element.closest("form[data-autosave]");
    if (form && element.matches("[name=text], [name=condition], [name=responsible]")) return `form ${form.id.replace("advice-", "")}.${element.name}`;
    return element.tagName + (element.id ? `#${element.id}` : "");
  };
  const active = document.activeElement;
  const types = active && (active.isContentEditable || active.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));
  const shown = one("#room-case"), conclusion = one("#room-conclusion"), agenda = one("#room-agenda"), saves = all("form[data-autosave]");
  return {
    where: location.pathname, isRoom: Boolean(one("[data-room]")), isReady: Boolean(one("[data-room][data-joined=yes]")),
    isCovered: document.documentElement.classList.contains("is-covered"),
    round: shown?.dataset.round ?? "", follows: shown?.dataset.following !== "no", banner: one(".patient-banner .name")?.textContent ?? "",
    pieces: [shown, conclusion, one("#room-advice")].map(ofRound).filter(Boolean),
    notes: all("#room-conclusion [data-note]").map((note) => ({
      id: note.dataset.note, isEditor: note.classList.contains("is-shared"), editors: note.querySelectorAll(".cm-content").length,
      saved: note.dataset.saved ?? "", state: one(`[data-note-status="${note.dataset.note}"]`)?.dataset.state ?? "", text: line(note),
    })),
    blocks: all("#room-conclusion .note-block").length,
    outcome: all(".outcomes [aria-pressed=true]").map((button) => button.value || button.dataset.dialogOpen).join(" "),
    people: all("#room-presence .people li").map((person) => person.title || person.textContent.trim()),
    marks: all("#room-agenda-list > li").map((row) => `${row.dataset.row} ${row.classList.contains("is-done")} ${Boolean(row.querySelector("[aria-current]"))}`),
    meeting: agenda?.dataset.roomState ?? "",
    forms: saves.map((form) => ({
      state: one(`[data-autosave-status="${form.id}"]`)?.dataset.state ?? "", waits: form.dataset.autosaveState ?? "",
      fields: [...form.querySelectorAll("[name=text], [name=condition], [name=responsible]")].map((field) => [place(field).replace("form ", ""), field.value]),
    })),
    focus: place(active), types: Boolean(types), dialog: one("dialog[open]")?.id ?? "", asks: all(".htmx-request").length,
    isCalled: one("[data-room-follow]")?.hidden === false, bars: all(".live-bar").filter((bar) => bar.offsetParent).length, live: one("[data-live-indicator]")?.dataset.state ?? "",
    toasts: all("#toasts .toast-text").map((text) => text.textContent),
  };
}
