// form[data-preview-form]: what is changed is shown at once, by pressing its own [data-preview-button]; nothing is kept by that.
export function startPreview(): void {
  document.addEventListener("change", (event) => {
    const form = (event.target as Element | null)?.closest<HTMLFormElement>("form[data-preview-form]");
    const button = form?.querySelector<HTMLButtonElement>("[data-preview-button]");
    if (form && button) form.requestSubmit(button);
  });
}
