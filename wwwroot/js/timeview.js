// Which part of a length of time is shown, and how a reader moves through it. Milliseconds from the beginning.

// Nothing is recorded finer than that.
const shortest = 1e-5;

/**
 * @param {() => number} total The whole length, which may grow.
 * @param {() => void} changed Called after each move.
 */
export function createTimeView(total, changed) {
  // Null while all is shown: then what is added is shown too.
  let part = null;

  function show(at, length) {
    const whole = total();
    length = Math.max(shortest, length);
    part = length >= whole ? null : { at: Math.max(0, Math.min(at, whole - length)), length };
    changed();
  }

  function shown() {
    return part ? { ...part, isWhole: false } : { at: 0, length: total(), isWhole: true };
  }

  /** Zooms so that a moment stays where it is: in (delta under 0) or out, by as much as a wheel turned. */
  function zoom(moment, share, delta) {
    const length = shown().length * Math.exp(Math.max(-400, Math.min(delta, 400)) * 0.003);
    show(moment - share * length, length);
  }

  return {
    shown,
    showAll() {
      part = null;
      changed();
    },
    /** A span with a little room around it. */
    showSpan: (start, length) => show(start - length * .1, Math.max(length * 1.2, total() * 1e-7)),
    /** @param {number} share Where in what is shown, from 0 to 1. */
    zoomAt(share, delta) {
      const { at, length } = shown();
      zoom(at + share * length, share, delta);
    },
    /** @param {number} moment Where in the whole. */
    zoomAround(moment, delta) {
      const { at, length } = shown();
      const share = (moment - at) / length;
      zoom(moment, share >= 0 && share <= 1 ? share : .5, delta);
    },
    /** @param {number} share Of what is shown; under 0 goes back. */
    pan(share) {
      const { at, length, isWhole } = shown();
      if (!isWhole)
        show(at + share * length, length);
    },
    centre(moment) {
      const { length, isWhole } = shown();
      if (!isWhole)
        show(moment - length / 2, length);
    },
  };
}
