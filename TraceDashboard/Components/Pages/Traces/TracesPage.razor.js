// What the list needs from the browser: whether somebody looks at a row, when the end comes into sight, and the reader's place.

export function attach(scroller, page) {
  const abort = new AbortController();
  const options = { passive: true, signal: abort.signal };
  let wasHeld = null;
  let pointer = null;
  let anchor = null;
  let saving = 0;
  let wanted = null;
  let toFocus = null;

  const body = () => scroller.querySelector("[data-body]");
  const rows = () => scroller.querySelectorAll("[data-row-box]");
  const isFocused = () => body()?.contains(document.activeElement) && document.activeElement.matches(":focus-visible");
  const rowUnderPointer = () => pointer ? document.elementFromPoint(pointer.x, pointer.y)?.closest("[data-row-box]") : scroller.querySelector("[data-row-box]:hover");

  // A mouse may rest on a row since before there was anybody to be told of its moves.
  let isOver = matchMedia("(hover: hover)").matches && !!body()?.matches(":hover");
  const isHeld = () => isOver || scroller.scrollTop > 0 || isFocused();

  function firstInSight() {
    const top = scroller.getBoundingClientRect().top + 28;
    return [...rows()].find(r => r.getBoundingClientRect().bottom > top);
  }

  const offsetOf = row => row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;

  // The reader's place is a row and where it stands: what comes in above it while they are away does not change it.
  function keepPlace(row, opened) {
    const count = Math.ceil((scroller.scrollTop + scroller.clientHeight) / row.offsetHeight);
    history.replaceState({ ...history.state, place: { trace: row.dataset.trace, offset: offsetOf(row), top: scroller.scrollTop, rows: count, opened } }, "");
  }

  // The row that must stay: the one under the pointer or in focus, else the first in sight. Remembered by its place in the content.
  function remember() {
    anchor = null;
    if (!isHeld())
      return;
    const focused = document.activeElement?.closest?.("[data-row-box]");
    let row = isOver ? rowUnderPointer() : null;
    row ??= scroller.contains(focused) ? focused : null;
    row ??= firstInSight();
    if (row)
      anchor = { id: row.dataset.trace, at: row.getBoundingClientRect().top + scroller.scrollTop };
  }

  function report() {
    const held = isHeld();
    if (held === wasHeld)
      return;
    wasHeld = held;
    page.invokeMethodAsync("SetHeld", held).then(() => scroller.dataset.held = held, () => { });
  }

  function onMove(event) {
    pointer = { x: event.clientX, y: event.clientY };
    isOver = event.pointerType === "mouse" && !!event.target.closest?.("[data-body]");
    remember();
    report();
  }

  // The rows of a place may still be on their way: it is gone for until it is reached, or the reader goes elsewhere.
  function goToWanted() {
    anchor = null;
    scroller.scrollTop = wanted;
    if (Math.abs(scroller.scrollTop - wanted) < 2)
      wanted = null;
  }

  function onScroll() {
    remember();
    report();
    keepPlaceLater();
  }

  // The rows of a place may still be on their way.
  function keepPlaceLater() {
    clearTimeout(saving);
    saving = setTimeout(() => {
      const row = firstInSight();
      if (row)
        keepPlace(row, false);
      else
        keepPlaceLater();
    }, 150);
  }

  function onClick(event) {
    const row = event.target.closest?.("[data-row]")?.closest("[data-row-box]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    clearTimeout(saving);
    keepPlace(row, true);
  }

  function focusRow() {
    const link = toFocus && scroller.querySelector(`[data-trace="${CSS.escape(toFocus)}"] [data-row]`);
    if (!link)
      return;
    toFocus = null;
    link.focus({ preventScroll: true });
  }

  scroller.addEventListener("pointermove", onMove, options);
  scroller.addEventListener("pointerleave", () => {
    isOver = false;
    remember();
    report();
  }, options);
  scroller.addEventListener("scroll", onScroll, options);
  for (const own of ["wheel", "pointerdown", "keydown"])
    scroller.addEventListener(own, () => wanted = toFocus = null, options);
  scroller.addEventListener("click", onClick, { ...options, capture: true });
  scroller.addEventListener("focusin", () => { remember(); report(); }, options);
  scroller.addEventListener("focusout", () => setTimeout(() => { remember(); report(); }), options);

  // A row that came in while word of the pointer was still on its way to the server must not push the others down.
  const changes = new MutationObserver(() => {
    if (wanted !== null) {
      goToWanted();
    } else if (anchor) {
      const row = scroller.querySelector(`[data-trace="${CSS.escape(anchor.id)}"]`);
      const moved = row ? row.getBoundingClientRect().top + scroller.scrollTop - anchor.at : 0;
      if (Math.abs(moved) >= 1)
        scroller.scrollTop += moved;
    }
    focusRow();
    remember();
    watchEnd();
  });
  changes.observe(scroller, { childList: true, subtree: true, attributes: true, attributeFilter: ["style"] });

  const end = new IntersectionObserver(entries => {
    if (entries.some(e => e.isIntersecting))
      loadMore();
  }, { root: scroller, rootMargin: "0px 0px 1200px 0px" });
  let watched = null;
  let loading = false;

  async function loadMore() {
    if (loading)
      return;
    loading = true;
    try {
      await page.invokeMethodAsync("LoadMoreAsync");
    } finally {
      loading = false;
      // Still in sight after the page came: look again.
      if (watched) {
        end.unobserve(watched);
        if (!abort.signal.aborted && watched.isConnected)
          end.observe(watched);
      }
    }
  }

  function watchEnd() {
    const mark = scroller.querySelector("[data-more]");
    if (mark === watched)
      return;
    if (watched)
      end.unobserve(watched);
    watched = mark;
    if (mark)
      end.observe(mark);
  }

  watchEnd();
  remember();
  report();

  return {
    place() {
      const place = history.state?.place;
      // Whoever was at the top stays there, with what is new.
      return place?.opened || place?.top > 0 ? place : null;
    },
    restore(index) {
      const { top, offset, trace, opened } = history.state.place;
      const box = body();
      wanted = index < 0 || !rows()[0] ? top : Math.max(0, box.getBoundingClientRect().top + scroller.scrollTop - scroller.getBoundingClientRect().top + index * rows()[0].offsetHeight - offset);
      toFocus = opened ? trace : null;
      goToWanted();
      focusRow();
    },
    toTop() {
      wanted = toFocus = null;
      anchor = null;
      scroller.scrollTop = 0;
    },
    dispose() {
      abort.abort();
      changes.disconnect();
      end.disconnect();
      clearTimeout(saving);
    },
  };
}
