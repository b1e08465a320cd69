// Loaded before the page is drawn, so that it never shows in the wrong theme. Without a choice of the reader's own the system decides.
(() => {
  const key = "theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemTheme = () => system.matches ? "dark" : "light";
  const choice = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  function apply() {
    const theme = choice() ?? systemTheme();
    if (document.documentElement.dataset.theme === theme)
      return;
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  function toggle() {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      if (theme === systemTheme())
        localStorage.removeItem(key);
      else
        localStorage.setItem(key, theme);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
      document.documentElement.dataset.theme = theme;
    }
    apply();
  }

  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("click", event => {
    if (event.target.closest?.("[data-theme-toggle]"))
      toggle();
  });
})();
