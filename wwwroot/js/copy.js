// A button with data-copy puts that text on the clipboard and shows for a moment that it did.
addEventListener("click", async event => {
  const button = event.target.closest?.("[data-copy]");
  if (!button)
    return;
  event.preventDefault();
  event.stopPropagation();
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard interface is there on https and localhost only.
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 1200);
}, true);
