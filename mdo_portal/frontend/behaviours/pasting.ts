// input and textarea with maxlength: of what is pasted or dropped there, a browser leaves out what is too much, and says nothing. Of a letter
// that comes from an EPD that is its end: how much of it is not there is said.
import { word } from "./page";
import { toast } from "./toasts";

type Field = HTMLInputElement | HTMLTextAreaElement;

const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;

/** What it takes the place of: nothing when it is dropped. */
const isSelected = ({ selectionStart, selectionEnd }: Field): number => (selectionEnd ?? 0) - (selectionStart ?? 0);

function tell(event: Event, carried: DataTransfer | null, taken: (field: Field) => number): void {
  const field = event.target;
  if (!isField(field) || field.maxLength < 0 || field.readOnly || !carried) return;
  const text = carried.getData("text/plain").replace(/\r\n?/g, "\n");
  const left = text.length - (field.maxLength - field.value.length + taken(field));
  if (left > 0) toast("warning", word("cut-off", { n: left, limit: field.maxLength }));
}

export function startPasting(): void {
  document.addEventListener("paste", (event) => { tell(event, event.clipboardData, isSelected); });
  document.addEventListener("drop", (event) => { tell(event, event.dataTransfer, () => 0); });
}
