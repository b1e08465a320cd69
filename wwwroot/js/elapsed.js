// Times that go on in the browser, so that the server need not render a clock. Written as Format.Duration writes them.

const space = "\u00A0";
const thin = "\u202F";
const digits = value => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
const count = value => String(value).replace(/\B(?=(\d{3})+$)/g, thin);
const two = (large, largeUnit, small, smallUnit) => `${count(large)}${space}${largeUnit}${space}${small}${space}${smallUnit}`;

/** @param {number} ms Milliseconds. */
export function duration(ms) {
  if (ms <= 0)
    return `0${space}ms`;
  if (ms < 0.9995)
    return digits(ms * 1000) + space + "µs";
  if (ms < 999.5)
    return digits(ms) + space + "ms";
  if (ms < 59_950)
    return digits(ms / 1000) + space + "s";
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600)
    return two(Math.floor(seconds / 60), "m", seconds % 60, "s");
  const minutes = Math.round(ms / 60_000);
  if (minutes < 24 * 60)
    return two(Math.floor(minutes / 60), "h", minutes % 60, "m");
  const hours = Math.round(ms / 3_600_000);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** Writes into the text node that the server made: it keeps a hold of that node. */
export function write(element, text) {
  const node = element.firstChild;
  if (node?.nodeType === Node.TEXT_NODE && node.nodeValue !== text)
    node.nodeValue = text;
}

// One moment for all that shows a time, taken anew with each tick: two clocks on a page never differ.
const listeners = new Set();
let moment = 0;
let timer = 0;

function tick() {
  if (document.hidden)
    return;
  moment = performance.now();
  for (const listener of listeners)
    listener();
}

/** Calls back about ten times a second while the page is in sight; once a second for readers who asked for less motion. */
export function everyTick(callback) {
  listeners.add(callback);
  if (listeners.size === 1) {
    moment = performance.now();
    timer = setInterval(tick, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 100);
  }
  return () => {
    listeners.delete(callback);
    if (listeners.size === 0)
      clearInterval(timer);
  };
}

const clocks = new WeakMap();

/**
 * How long the trace that an element shows something of has run, in milliseconds, as of the last tick. Around the element are [data-clock],
 * the time that the server knew, and [data-live] when it goes on.
 */
export function timeOf(element) {
  const face = element.closest("[data-clock]");
  const told = Number(face.dataset.clock), live = "live" in face.dataset;
  let clock = clocks.get(face);
  const now = () => clock.live ? clock.base + moment - clock.at : clock.base;
  if (clock?.told !== told || clock.live !== live) {
    // What the server says is older by the way it took; a clock that goes back would be seen.
    clock = { told, live, base: live && clock?.live ? Math.max(told, now()) : told, at: moment };
    clocks.set(face, clock);
  }
  return now();
}

/** Writes how long what is running has run into every [data-running] (its start, in milliseconds of the trace) below a root. */
export function showElapsed(root) {
  for (const element of root.querySelectorAll("[data-running]"))
    write(element, duration(timeOf(element) - element.dataset.running));
}
