// When the connection to the server is lost, the page stays readable under a thin bar, and comes back by itself.
(() => {
  const bar = document.getElementById("components-reconnect-modal");
  let retry = 0;

  async function reconnect() {
    clearTimeout(retry);
    try {
      // The server answers, but no longer knows this page: what it shows is in its URL, so a reload brings it back.
      if (!await Blazor.reconnect() && !await Blazor.resumeCircuit())
        location.reload();
    } catch {
      retry = setTimeout(reconnect, 3000);
    }
  }

  bar.addEventListener("components-reconnect-state-changed", event => {
    if (event.detail.state === "failed")
      retry = setTimeout(reconnect, 3000);
    else if (event.detail.state === "rejected")
      location.reload();
  });
  bar.addEventListener("click", event => {
    if (event.target.closest("[data-reconnect]"))
      reconnect();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && bar.classList.contains("components-reconnect-failed"))
      reconnect();
  });
})();
