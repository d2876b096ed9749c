// Live hits: the server says that there is something new, and htmx asks for it as the page itself would.
"use strict";
(() => {
  const live = document.querySelector("[data-live]");
  if (!live || !window.EventSource) return;
  const source = new EventSource(live.dataset.live);
  source.addEventListener("hits", () => {
    if (document.hidden) return;
    window.htmx.trigger(live, "fresh");
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) window.htmx.trigger(live, "fresh");
  });
  window.addEventListener("pagehide", () => source.close());
})();
