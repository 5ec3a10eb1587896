// A form that came back because something in it was wrong: the reader begins in the first field that is, and not at the top of the page
// with the reason somewhere below. Its label and the reason (aria-describedby) are then read out.
export function startWrong(): void {
  const active = document.activeElement;
  if ((active && active !== document.body) || document.querySelector("dialog[open]")) return;
  const reason = document.querySelector("main .field-error");
  const field = reason?.closest(".field, fieldset, .panel, form")
    ?.querySelector<HTMLElement>("[aria-invalid=true], input:not([type=hidden], :disabled), select:not(:disabled), textarea:not(:disabled)");
  if (!field) return;
  for (let fold = field.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
  field.focus();
}
