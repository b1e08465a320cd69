// When something that is dear to draw is drawn again: when it has changed and its time has come, not while it is out of sight or in
// use, and the more seldom the longer it takes.

// Of the main thread, at most one part in so many goes into drawing one thing again and again.
const share = 100;
// How often it is looked whether the reader is done with it.
const patience = 1000;

/**
 * @param {Element} host
 * @param {() => Promise<() => Promise<void>>} prepare Gets what is to be drawn, and gives what draws it.
 * @param {() => boolean} isInUse Whether a drawing would disturb the reader.
 */
export function pace(host, prepare, isInUse) {
  let least = 0, changed = false, atOnce = false, isDrawing = false, isGone = false;
  let drawnAt = 0, took = 0, timer = 0;

  const isInSight = () => {
    const box = host.getBoundingClientRect();
    return !document.hidden && box.bottom > 0 && box.top < innerHeight && box.width > 0;
  };

  async function measure(draw) {
    const began = performance.now();
    await draw();
    drawnAt = performance.now();
    took = drawnAt - began;
  }

  function look() {
    clearTimeout(timer);
    if (!changed || isDrawing || isGone)
      return;
    const left = atOnce ? 0 : drawnAt + Math.max(least, share * took) - performance.now();
    if (left > 0)
      timer = setTimeout(look, left);
    else if (!isInSight() || (!atOnce && isInUse()))
      timer = setTimeout(look, patience);
    else
      draw();
  }

  async function draw() {
    const wasAtOnce = atOnce;
    isDrawing = true;
    changed = atOnce = false;
    try {
      const next = await prepare();
      if (!isGone)
        await measure(next);
    } catch (error) {
      // It is tried again later, with what is new then. That the connection is lost is said elsewhere.
      changed = true;
      atOnce ||= wasAtOnce;
      drawnAt = performance.now();
      if (!isGone && !document.documentElement.dataset.connection)
        reportError(error);
    } finally {
      isDrawing = false;
      look();
    }
  }

  return {
    first: measure,
    /**
     * @param {number} ms Least time from one drawing to the next.
     * @param {boolean} now Whether it is something else that is to be seen, for which the reader waits.
     */
    change(ms, now) {
      least = ms;
      changed = true;
      atOnce ||= now;
      look();
    },
    dispose() {
      isGone = true;
      clearTimeout(timer);
    },
  };
}
