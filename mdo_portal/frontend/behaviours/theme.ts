// Light, dark or as the machine says. The choice is a cookie, so the server draws the right page at once.
import { closest } from "./page";

type Theme = "light" | "dark" | "auto";
const YEAR = 31_536_000;

function choose(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  show();
}

function show(): void {
  const now = document.documentElement.dataset["theme"] ?? "auto";
  document.querySelectorAll<HTMLElement>("[data-theme-choose]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset["themeChoose"] === now));
  });
}

export function startTheme(): void {
  show();
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-theme-choose]");
    if (button) choose(button.dataset["themeChoose"] as Theme);
  });
}
