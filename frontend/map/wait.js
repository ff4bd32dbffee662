// The only script of a page with a live map before the map is wanted: it waits until the drawn one is seen and the
// browser has nothing else to do, or until it is touched, and then fetches the live one. Whatever goes wrong on the
// way, the drawn map stays.

const frame = document.querySelector(".map[data-scene]");
let begun = false;

async function begin() {
  if (begun || !document.createElement("canvas").getContext("webgl2")) return;
  begun = true;
  const { open } = await import(JSON.parse(frame.dataset.scene).code);
  // Where it could not be opened the next touch tries again.
  begun = await open(frame);
}

const wanted = () => begin().catch(() => (begun = false));

if (frame) {
  for (const sign of ["pointerenter", "touchstart", "focusin"]) frame.addEventListener(sign, wanted, { passive: true });
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 1_000));
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    idle(wanted, { timeout: 5_000 });
  }, { threshold: 0.4 });
  const watch = () => navigator.connection?.saveData || seen.observe(frame);
  document.readyState === "complete" ? watch() : addEventListener("load", watch);
}
