// A document opens beside the case where there is room for it, else below: there it is brought into view for whoever asked for it, or
// they see nothing happen. Closed, they are where they asked for it again.
import { closest } from "../behaviours/page";

let asked: HTMLAnchorElement | null = null;
let left: { href: string; y: number } | null = null;

function isInView(place: Element): boolean {
  const { top } = place.getBoundingClientRect();
  return top >= 0 && top < window.innerHeight / 2;
}

function settle(): void {
  const place = document.getElementById("room-document");
  const link = asked;
  asked = null;
  if (!place || !link) return;
  const close = place.querySelector<HTMLElement>("a[data-hotkey]");
  if (close) {
    if (link.closest(".room-documents")) left = { href: link.getAttribute("href") ?? "", y: window.scrollY };
    if (isInView(place)) return;
    place.scrollIntoView({ block: "start" });
    close.focus({ preventScroll: true });
  } else if (left) {
    window.scrollTo(window.scrollX, left.y);
    document.querySelector<HTMLElement>(`.room-documents a[href="${CSS.escape(left.href)}"]`)?.focus({ preventScroll: true });
    left = null;
  }
}

export function startDocument(): void {
  document.addEventListener("click", (event) => { asked = closest<HTMLAnchorElement>(event, '[hx-target="#room-document"]') ?? asked; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target instanceof Element && event.target.id === "room-document") settle();
  });
}
