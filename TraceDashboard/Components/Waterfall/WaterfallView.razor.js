import { createTimeView } from "../../js/timeview.js";
import { duration, everyTick, showElapsed, timeOf, write } from "../../js/elapsed.js";

const rowHeight = 28;
// The server is asked for more when the view comes this near to the end of what is here.
const margin = 16;
const kinds = ["span", "generation", "embedding", "tool", "retriever", "reranker", "agent", "chain", "guardrail", "evaluator", "event"];
const treeKeys = new Set(["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", " "]);
const pageKeys = new Set(["j", "k", "h", "l", "[", "]", "e", "E", "Escape"]);
// Those that go from row to row. Where the focus is elsewhere, they go to the row of the moment first.
const steps = new Set(["j", "k"]);

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
    // An answer to a key that is on its way brings rows of its own.
    if (asking || waiting > 0)
      return;
    asking = true;
    try {
      for (let asked = -1; !isCovered() && asked !== top() && waiting === 0 && !stop.signal.aborted;) {
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
    if (!hadFocus || (document.activeElement && document.activeElement !== document.body && document.activeElement !== scroller))
      return;
    // The row that had the focus is no longer here: its keys must still work.
    focusActive();
  }

  const focusActive = () => (part.querySelector('[tabindex="0"]') ?? scroller).focus({ preventScroll: true });

  let revealed = "";

  function revealAsTold() {
    if (!all.dataset.reveal || all.dataset.reveal === revealed)
      return false;
    revealed = all.dataset.reveal;
    reveal(Number(revealed.split(":")[1]), true);
    if (hadFocus)
      focusActive();
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

  const face = root.closest("[data-clock]");
  const total = () => Math.max(timeOf(root), 1e-6);
  const time = createTimeView(total, onTimeChanged);

  function onTimeChanged() {
    showTime();
    drawMap();
  }

  function showTime() {
    const { at, length, isWhole } = time.shown();
    root.style.setProperty("--total", total());
    root.style.setProperty("--at", at);
    root.style.setProperty("--len", length);
    root.classList.toggle("zoomed", !isWhole);
    for (const tick of root.querySelectorAll("[data-tick]")) {
      const after = length * tick.dataset.tick / 4;
      write(tick, tick.dataset.tick === "0" ? (at > 0 ? duration(at) : "0") : (isWhole ? "" : "+") + duration(after));
    }
    showElapsed(part);
  }

  const stopClock = everyTick(() => {
    if ("live" in face.dataset)
      onTimeChanged();
  });

  // Where a pointer is in a strip of time, from 0 to 1.
  function shareAt(event, strip) {
    const box = strip.getBoundingClientRect();
    return Math.max(0, Math.min((event.clientX - box.left) / box.width, 1));
  }

  on(scroller, "wheel", event => {
    const bars = rowOf(event.target)?.querySelector(".b");
    if (!bars)
      return;
    if (event.ctrlKey || event.metaKey)
      time.zoomAt(shareAt(event, bars), event.deltaY);
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
      time.pan((event.deltaX || event.deltaY) / bars.clientWidth);
    else
      return;
    event.preventDefault();
  }, { passive: false });
  on(canvas, "wheel", event => {
    time.zoomAround(shareAt(event, canvas) * total(), event.deltaY);
    event.preventDefault();
  }, { passive: false });
  on(canvas, "dblclick", time.showAll);

  function zoomToRow() {
    const bar = (rowOf(document.activeElement) ?? part.querySelector(".sel") ?? part.querySelector('[tabindex="0"]'))?.querySelector(".b");
    const start = Number(bar?.style.getPropertyValue("--s") || NaN);
    if (!Number.isNaN(start))
      time.showSpan(start, bar.classList.contains("open") ? total() - start : Number(bar.style.getPropertyValue("--w")));
  }

  const timeKeys = {
    "z": zoomToRow,
    "+": () => time.zoomAt(.5, -200),
    "=": () => time.zoomAt(.5, -200),
    "-": () => time.zoomAt(.5, 200),
    ",": () => time.pan(-.25),
    ".": () => time.pan(.25),
    "0": time.showAll,
  };

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
    }).catch(() => { }).finally(() => {
      waiting--;
      askForRows();
    });
  }

  on(document, "keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
      return;
    const inTree = scroller.contains(event.target);
    const elsewhere = event.target.closest?.("input, textarea, select, [contenteditable=true], .mud-dialog") || document.querySelector(".mud-dialog, .mud-popover-open");
    if (!elsewhere && event.key in timeKeys) {
      timeKeys[event.key]();
      event.preventDefault();
      return;
    }
    if (!(inTree && treeKeys.has(event.key)) && !(pageKeys.has(event.key) && !elsewhere))
      return;
    if (event.key !== "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
    press(steps.has(event.key) && !inTree ? "Here" : event.key);
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
          // What is open reaches to now, not to when the picture was made.
          const goesOn = value & 0x40 && column + run === strip.columns;
          context.fillStyle = value & 0x80 ? error : colors[(value & 0x3f) - 1];
          context.fillRect(column * columnWidth, 2 + Math.floor(cell / strip.columns) * laneHeight, Math.max(1, goesOn ? width - column * columnWidth : run * columnWidth), Math.max(1, laneHeight - (laneHeight > 2 ? 1 : 0)));
        }
        cell += run;
        left -= run;
      }
    }
    const shown = time.shown();
    if (scroller.clientHeight < scroller.scrollHeight || !shown.isWhole) {
      const content = strip.lanes * laneHeight, y = 2 + scroller.scrollTop / scroller.scrollHeight * content;
      const box = Math.max(3, Math.min(1, scroller.clientHeight / scroller.scrollHeight) * content);
      const x = shown.at / total() * width, boxWidth = Math.max(3, shown.length / total() * width);
      context.globalAlpha = .16;
      context.fillStyle = style.getPropertyValue("--accent");
      context.fillRect(x, y, boxWidth, box);
      context.globalAlpha = 1;
      context.strokeStyle = style.getPropertyValue("--accent");
      context.strokeRect(Math.round(x) + .5, Math.round(y) + .5, Math.round(boxWidth) - 1, Math.round(box));
    }
  }

  function scrollTo(event) {
    if (!strip || event.buttons !== 1)
      return;
    const laneHeight = Math.min(4, (canvas.clientHeight - 4) / strip.lanes);
    const share = (event.clientY - canvas.getBoundingClientRect().top - 2) / (strip.lanes * laneHeight);
    scroller.scrollTop = share * scroller.scrollHeight - scroller.clientHeight / 2;
    time.centre(shareAt(event, canvas) * total());
  }

  on(canvas, "pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    scrollTo(event);
  });
  on(canvas, "pointermove", scrollTo);
  on(document, "themechange", drawMap);

  const rows = new MutationObserver(onRowsChanged);
  rows.observe(all, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-all", "data-reveal", "data-first", "data-count", "data-id", "data-place"] });
  const times = new MutationObserver(onTimeChanged);
  times.observe(face, { attributes: true, attributeFilter: ["data-clock", "data-live"] });
  const sizes = new ResizeObserver(() => {
    drawMap();
    askForRows();
  });
  sizes.observe(scroller);
  showTime();
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
