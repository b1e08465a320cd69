// Keys of the whole app and of lists. Lists mark their rows with data-row (something that takes focus) inside data-list.

export const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function start(layout) {
  let goUntil = 0;

  const isTyping = target => target.closest?.("input, textarea, select, [contenteditable=true]");
  const isOverlayOpen = () => document.querySelector(".mud-dialog, .mud-popover-open");

  function focusRow(step) {
    const list = document.querySelector("[data-list]");
    if (!list)
      return false;
    const rows = [...list.querySelectorAll("[data-row]")];
    const at = rows.findIndex(row => row === document.activeElement || row.parentElement?.contains(document.activeElement));
    // Without a row in focus the first one in sight is the first: the reader's eyes are there.
    const top = list.getBoundingClientRect().top;
    const next = at < 0 ? rows.findIndex(row => row.getBoundingClientRect().top >= top) : at + step;
    const row = rows[Math.max(0, Math.min(next, rows.length - 1))];
    row?.focus({ preventScroll: true });
    row?.closest("[data-row-box]")?.scrollIntoView({ block: "nearest" });
    return !!row;
  }

  function onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
      return;
    if (event.key === "Escape") {
      layout.invokeMethodAsync("CloseWhatIsOpen");
      if (!isOverlayOpen() && (isTyping(event.target) || event.target.closest?.("[data-list]"))) {
        // A search field would be emptied, and what it filters would not know.
        event.preventDefault();
        document.activeElement.blur();
      }
      return;
    }
    if (isTyping(event.target) || isOverlayOpen())
      return;
    // When it was pressed, not when it is heard: a page that was busy in between must not lose it.
    if (event.timeStamp < goUntil) {
      goUntil = 0;
      document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
      event.preventDefault();
      return;
    }
    switch (event.key) {
      case "g":
        goUntil = event.timeStamp + 1500;
        break;
      case "/": {
        const search = document.querySelector("[data-search]");
        if (!search)
          return;
        search.focus();
        search.select?.();
        break;
      }
      case "?":
        layout.invokeMethodAsync("ShowHelpAsync");
        break;
      case "j":
        if (!focusRow(1))
          return;
        break;
      case "k":
        if (!focusRow(-1))
          return;
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  function onClick(event) {
    if (event.target.closest?.("[data-skip]")) {
      document.getElementById("main")?.focus();
      event.preventDefault();
    }
  }

  const onVisibility = () => layout.invokeMethodAsync("SetHidden", document.hidden);

  document.addEventListener("visibilitychange", onVisibility);
  if (document.hidden)
    onVisibility();
  document.addEventListener("keydown", onKeyDown);
  document.addEventListener("click", onClick);
  document.documentElement.dataset.interactive = "true";

  return {
    dispose() {
      document.removeEventListener("visibilitychange", onVisibility);
      document.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("click", onClick);
      delete document.documentElement.dataset.interactive;
    },
  };
}
