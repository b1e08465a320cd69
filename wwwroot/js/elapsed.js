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

/** Calls back about ten times a second while the page is in sight; once a second for readers who asked for less motion. */
export function everyTick(callback) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const timer = setInterval(() => {
    if (!document.hidden)
      callback();
  }, calm ? 1000 : 100);
  return () => clearInterval(timer);
}

/** Lets every [data-since] (milliseconds at the time of its rendering) below a root go on. */
export function startClocks(root) {
  const started = new WeakMap();
  return everyTick(() => {
    for (const element of root.querySelectorAll("[data-since]")) {
      const since = Number(element.dataset.since);
      let clock = started.get(element);
      if (clock?.since !== since) {
        clock = { since, at: performance.now() };
        started.set(element, clock);
      }
      write(element, duration(since + performance.now() - clock.at));
    }
  });
}
