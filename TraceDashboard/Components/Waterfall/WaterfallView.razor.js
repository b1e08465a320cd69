import { duration, everyTick, write } from "../../js/elapsed.js";

const rowHeight = 28;
// The server is asked for more when the view comes this near to the end of what is here.
const margin = 16;
const kinds = ["span", "generation", "embedding", "tool", "retriever", "reranker", "agent", "chain", "guardrail", "evaluator", "event"];
const treeKeys = new Set(["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", " "]);
const pageKeys = new Set(["j", "k", "h", "l", "[", "]", "Escape"]);

export function create(root, server) {
  const scroller = root.querySelector("[data-scroll]");
  const all = root.querySelector("[data-all]");
  const part = root.querySelector("[data-first]");
  const canvas = root.querySelector("canvas");
  const stop = new AbortController();
  const on = (target, type, listener, options = {}) => target.addEventListener(type, listener, { signal: stop.signal, ...options });

  const top = () => Math.floor(scroller.scrollTop / rowHeight);
  const inView = () => Math.ceil(scroller.clientHeight / rowHeight) + 1;
  const rowOf = target => target?.closest?.("[data-id]");
  const rowAt = place => part.querySelector(`[data-place="${place}"]`);

  // ---- Rows: only those around the view are here.

  let asking = false;

  function isCovered() {
    const first = Number(part.dataset.first), end = first + Number(part.dataset.count), count = Number(all.dataset.all);
    return (first === 0 || top() - margin >= first) && (end >= count || top() + inView() + margin <= end);
  }

  async function askForRows() {
    if (asking)
      return;
    asking = true;
    try {
      for (let asked = -1; !isCovered() && asked !== top() && !stop.signal.aborted;) {
        asked = top();
        await server.invokeMethodAsync("Show", asked, inView());
      }
    } catch {
      // The connection is lost: what is here stays readable, and the next scroll asks again.
    } finally {
      asking = false;
    }
  }

  // ---- What the reader looks at stays where it is when rows come in above it.

  let anchor = null;
  let pointerY = null;

  function remember() {
    let row = null;
    if (pointerY !== null)
      row = rowOf(document.elementFromPoint(scroller.getBoundingClientRect().left + 4, pointerY));
    if (!row && scroller.scrollTop > 0)
      row = rowAt(Math.ceil(scroller.scrollTop / rowHeight));
    anchor = row && part.contains(row) ? { id: row.dataset.id, offset: Number(row.dataset.place) * rowHeight - scroller.scrollTop } : null;
  }

  function holdAnchor() {
    const row = anchor && part.querySelector(`[data-id="${CSS.escape(anchor.id)}"]`);
    if (!row)
      return;
    const wanted = Number(row.dataset.place) * rowHeight - anchor.offset;
    if (Math.abs(wanted - scroller.scrollTop) > 0.5)
      scroller.scrollTop = wanted;
  }

  let hadFocus = false;

  function holdFocus() {
    if (!hadFocus || (document.activeElement && document.activeElement !== document.body))
      return;
    // The row that had the focus is no longer here: its keys must still work.
    (part.querySelector('[tabindex="0"]') ?? scroller).focus({ preventScroll: true });
  }

  let revealed = "";

  function revealAsTold() {
    if (!all.dataset.reveal || all.dataset.reveal === revealed)
      return false;
    revealed = all.dataset.reveal;
    reveal(Number(revealed.split(":")[1]), true);
    return true;
  }

  function onRowsChanged() {
    if (!revealAsTold())
      holdAnchor();
    holdFocus();
    remember();
    showTime();
    drawMap();
    askForRows();
  }

  let scrolled = false;
  on(scroller, "scroll", () => {
    if (scrolled)
      return;
    scrolled = true;
    requestAnimationFrame(() => {
      scrolled = false;
      remember();
      drawMap();
      askForRows();
    });
  }, { passive: true });
  on(scroller, "pointermove", event => {
    pointerY = event.clientY;
    remember();
  }, { passive: true });
  on(scroller, "pointerleave", () => {
    pointerY = null;
    remember();
  });
  on(scroller, "focusin", () => hadFocus = true);
  on(document, "focusin", event => hadFocus = scroller.contains(event.target));
  on(document, "pointerdown", event => hadFocus = scroller.contains(event.target));

  // ---- Time: the axis and open bars go on by themselves.

  let base = { total: 0, at: 0 };

  function total() {
    return root.dataset.live ? base.total + performance.now() - base.at : base.total;
  }

  function takeTime() {
    const told = Number(root.dataset.total);
    // The server's time is older by the way it took; a clock that goes back would be seen.
    const now = root.dataset.live ? Math.max(told, base.at ? total() : 0) : told;
    base = { total: now, at: performance.now() };
    showTime();
  }

  function showTime() {
    const now = total();
    root.style.setProperty("--total", Math.max(now, 1e-6));
    for (const tick of root.querySelectorAll("[data-tick]"))
      write(tick, tick.dataset.tick === "0" ? "0" : duration(now * tick.dataset.tick / 4));
    for (const label of part.querySelectorAll("[data-running]"))
      write(label, duration(now - label.dataset.running));
  }

  const stopClock = everyTick(() => {
    if (!root.dataset.live)
      return;
    showTime();
    drawMap();
  });

  // ---- Keys and clicks.

  let keys = Promise.resolve();
  let waiting = 0;

  function press(key) {
    // A key that is held down must not run ahead of the answers.
    if (waiting > 3)
      return;
    waiting++;
    keys = keys.then(async () => {
      const place = await server.invokeMethodAsync("PressAsync", key, top(), inView());
      if (place < 0)
        return;
      reveal(place, false);
      (rowAt(place) ?? scroller).focus({ preventScroll: true });
    }).catch(() => { }).finally(() => waiting--);
  }

  on(document, "keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
      return;
    const inTree = scroller.contains(event.target);
    const elsewhere = event.target.closest?.("input, textarea, select, [contenteditable=true], .mud-dialog") || document.querySelector(".mud-dialog, .mud-popover-open");
    if (!(inTree && treeKeys.has(event.key)) && !(pageKeys.has(event.key) && !elsewhere))
      return;
    if (event.key !== "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
    press(event.key);
  }, { capture: true });

  on(scroller, "click", event => {
    const row = rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    event.preventDefault();
    row.focus({ preventScroll: true });
    const call = event.target.closest("[data-toggle]") ? "ToggleAsync" : "SelectAsync";
    server.invokeMethodAsync(call, Number(row.dataset.row), row.dataset.id).catch(() => { });
  });

  function reveal(place, centre) {
    const y = place * rowHeight, height = scroller.clientHeight;
    if (y >= scroller.scrollTop && y + rowHeight <= scroller.scrollTop + height)
      return;
    scroller.scrollTop = centre ? y - height / 2 : y < scroller.scrollTop ? y : y + rowHeight - height;
    remember();
    askForRows();
  }

  // ---- The whole trace as a small picture.

  let strip = null;

  function drawMap() {
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!strip || width === 0)
      return;
    const scale = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(root);
    const colors = kinds.map(kind => style.getPropertyValue(`--k-${kind}`));
    const error = style.getPropertyValue("--error");
    const laneHeight = Math.min(4, (height - 4) / strip.lanes);
    const columnWidth = width / strip.columns * Math.min(1, strip.total / Math.max(total(), 1e-6));
    let cell = 0;
    for (let i = 0; i < strip.runs.length; i += 2) {
      for (let left = strip.runs[i]; left > 0;) {
        const column = cell % strip.columns, run = Math.min(left, strip.columns - column), value = strip.runs[i + 1];
        if (value) {
          context.fillStyle = value & 0x80 ? error : colors[(value & 0x7f) - 1];
          context.fillRect(column * columnWidth, 2 + Math.floor(cell / strip.columns) * laneHeight, Math.max(1, run * columnWidth), Math.max(1, laneHeight - (laneHeight > 2 ? 1 : 0)));
        }
        cell += run;
        left -= run;
      }
    }
    if (scroller.clientHeight < scroller.scrollHeight) {
      const content = strip.lanes * laneHeight, y = 2 + scroller.scrollTop / scroller.scrollHeight * content;
      const box = Math.max(3, scroller.clientHeight / scroller.scrollHeight * content);
      context.globalAlpha = .16;
      context.fillStyle = style.getPropertyValue("--accent");
      context.fillRect(0, y, width, box);
      context.globalAlpha = 1;
      context.strokeStyle = style.getPropertyValue("--accent");
      context.strokeRect(.5, Math.round(y) + .5, width - 1, Math.round(box));
    }
  }

  function scrollTo(event) {
    if (!strip || event.buttons !== 1)
      return;
    const laneHeight = Math.min(4, (canvas.clientHeight - 4) / strip.lanes);
    const share = (event.clientY - canvas.getBoundingClientRect().top - 2) / (strip.lanes * laneHeight);
    scroller.scrollTop = share * scroller.scrollHeight - scroller.clientHeight / 2;
  }

  on(canvas, "pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    scrollTo(event);
  });
  on(canvas, "pointermove", scrollTo);
  on(document, "themechange", drawMap);

  const rows = new MutationObserver(onRowsChanged);
  rows.observe(all, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-all", "data-reveal", "data-first", "data-count", "data-id", "data-place"] });
  const times = new MutationObserver(takeTime);
  times.observe(root, { attributes: true, attributeFilter: ["data-total", "data-live"] });
  const sizes = new ResizeObserver(() => {
    drawMap();
    askForRows();
  });
  sizes.observe(scroller);
  takeTime();
  root.classList.remove("still");
  revealAsTold();
  askForRows();
  // For tests: from here on keys are heard.
  root.dataset.ready = "";

  return {
    draw(runs, columns, lanes, total) {
      strip = { runs, columns, lanes, total };
      drawMap();
    },
    dispose() {
      stop.abort();
      stopClock();
      rows.disconnect();
      times.disconnect();
      sizes.disconnect();
    },
  };
}
