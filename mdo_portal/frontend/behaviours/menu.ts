// details.menu closes when one clicks elsewhere, leaves it, or presses Escape.

function close(menu: HTMLDetailsElement): void {
  menu.open = false;
}

export function startMenus(): void {
  const open = (): HTMLDetailsElement[] => [...document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")];
  const elsewhere = (event: Event): void => open().filter((menu) => !menu.contains(event.target as Node)).forEach(close);
  document.addEventListener("click", elsewhere);
  document.addEventListener("focusin", elsewhere);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      close(menu);
      menu.querySelector("summary")?.focus();
    }
  });
}
