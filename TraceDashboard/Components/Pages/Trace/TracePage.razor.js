import { everyTick, showElapsed } from "../../../js/elapsed.js";

export function start(root) {
  const stopClock = everyTick(() => showElapsed(root));

  // Text that streams in is followed as long as the reader is at its end.
  let atEnd = true, shown = null;
  const boxOf = () => root.querySelector("[data-stick]");
  const onScroll = event => {
    if (event.target === boxOf())
      atEnd = event.target.scrollHeight - event.target.scrollTop - event.target.clientHeight < 40;
  };
  root.addEventListener("scroll", onScroll, true);
  const observer = new MutationObserver(() => {
    // What the server wrote is a little older than what stood there.
    showElapsed(root);
    const box = boxOf();
    if (box !== shown) {
      shown = box;
      atEnd = box?.dataset.stick === "end";
    }
    if (box && atEnd)
      box.scrollTop = box.scrollHeight;
  });
  observer.observe(root, { childList: true, subtree: true, characterData: true });

  return {
    dispose() {
      stopClock();
      observer.disconnect();
      root.removeEventListener("scroll", onScroll, true);
    },
  };
}
