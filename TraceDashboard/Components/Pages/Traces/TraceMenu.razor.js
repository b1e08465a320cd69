// Shows the menu beside its row and moves through it with the arrow keys; the browser closes it.
export function show(menu, traceId) {
  const button = document.querySelector(`[data-trace="${CSS.escape(traceId)}"] [data-menu]`);
  if (!button)
    return;
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, at.right - size.width)}px`;
  menu.style.top = `${at.bottom + size.height + 4 > innerHeight ? Math.max(8, at.top - size.height - 2) : at.bottom + 2}px`;
  const items = () => [...menu.querySelectorAll("[role=menuitem]")];
  items()[0]?.focus({ preventScroll: true });
  menu.onkeydown = event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step)
      return;
    const all = items();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
    event.preventDefault();
  };
  menu.onclick = () => setTimeout(() => {
    menu.hidePopover();
    button.focus({ preventScroll: true });
  });
}
