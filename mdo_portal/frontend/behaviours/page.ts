// Small things every behaviour needs: the page's meta values, its words, new content, and the polite voice.

export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

let words: Record<string, string> | null = null;

/** A sentence in the reader's language (templates/components/words.html); `{n}` is filled from `values`. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  words ??= JSON.parse(document.getElementById("words")?.textContent || "{}") as Record<string, string>;
  const sentence = words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Calls `act` for every element that matches, now and when htmx brings in new content. */
export function each<E extends HTMLElement>(selector: string, act: (element: E) => void): void {
  const within = (root: ParentNode & Node): void => {
    if (root instanceof HTMLElement && root.matches(selector)) act(root as E);
    root.querySelectorAll<E>(selector).forEach(act);
  };
  within(document.body);
  document.body.addEventListener("htmx:load", (event) => {
    const { elt } = (event as CustomEvent<{ elt: HTMLElement }>).detail;
    if (elt !== document.body) within(elt);
  });
}

/** Says something to a screen reader without moving focus. */
export function announce(text: string): void {
  const voice = document.getElementById("announcer");
  if (!voice) return;
  voice.textContent = "";
  setTimeout(() => { voice.textContent = text; }, 60);
}

/** The nearest matching ancestor of what an event happened to. */
export function closest<E extends HTMLElement>(event: Event, selector: string): E | null {
  return event.target instanceof Element ? event.target.closest<E>(selector) : null;
}

export function isTyping(element: Element | null): boolean {
  return element instanceof HTMLElement
    && (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));
}

/** In the room Escape leaves a field, as it leaves the shared text: the "d" that follows is a key again, and no letter of a recommendation. */
export function leavesField(key: string): boolean {
  const field = document.activeElement;
  if (key !== "Escape" || !(field instanceof HTMLElement) || !field.closest("[data-room]") || document.querySelector("dialog[open]")) return false;
  field.blur();
  return true;
}

export function timeOfDay(date: Date = new Date()): string {
  return date.toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Amsterdam" });
}

/** An icon of the sprite, as base.html's icon macro draws it. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${meta("icons")}#${name}`);
  svg.append(use);
  return svg;
}
