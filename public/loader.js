// What a page does before (and mostly without) WASM: keeps stock numbers true, finds the browser's position when
// asked, applies facets in place, and fetches the client when an island is wanted. It decides nothing: texts and
// rules come with the page, but for the age of what is known, which goes on while the page is open.

const own = document.querySelector("script[data-js]");
const english = document.documentElement.lang === "en";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
document.documentElement.classList.add("js");

// ---- Stock, live -------------------------------------------------------------------------------------------

// As many shelves as a stream tells of: more than any page shows.
const MOST = 256;
let stream = null;
let watched = "";
const versions = new Map();

// When a shelf was last heard of, by this browser's clock; it may be wrong, so the server says how long ago that was.
// From that follows, too, how far the two clocks are apart, for an age with no number beside it (a store's in the basket).
const heard = new Map();
let ahead = NaN;

/** The words of the server (`domain::words::age`). */
const AGES = [
  [60, 1, "초", " s"],
  [3_600, 60, "분", " min"],
  [86_400, 3_600, "시간", " h"],
  [172_800, 0, "어제", "yesterday"],
  [2_592_000, 86_400, "일", " day"],
  [31_536_000, 2_592_000, "개월", " month"],
  [Infinity, 31_536_000, "년", " year"],
];

function age(seconds) {
  const [, unit, ko, en] = seconds < 5 ? [0, 0, "방금", "just now"] : AGES.find(([end]) => seconds < end);
  if (!unit) return english ? en : ko;
  const count = Math.floor(seconds / unit);
  return english ? `${count}${en}${unit < 86_400 || count === 1 ? "" : "s"} ago` : `${count}${ko} 전`;
}

/** Says of one shelf, or of all, how old the knowledge is by now, and how sure that makes it (`domain::stock::sureness`). */
function tellAges(shelf = document) {
  for (const said of all("[data-age]", shelf)) {
    const own = said.closest("[data-shelf]");
    const at = own ? heard.get(own.querySelector("[data-stock]")?.dataset.stock) : Date.parse(said.dateTime) + ahead;
    if (!at) continue;
    const seconds = (Date.now() - at) / 1000;
    said.textContent = age(seconds);
    if (own) own.dataset.sure = seconds <= 3_600 ? "sure" : seconds <= 86_400 ? "likely" : "doubtful";
  }
}
setInterval(() => document.visibilityState === "visible" && tellAges(), 60_000);

function patch({ sku, store, available, shown, level, checked_ms, age_s, version }) {
  const key = `${sku}@${store}`;
  if (version !== undefined && version < (versions.get(key) ?? -Infinity)) return;
  versions.set(key, version ?? 0);
  heard.set(key, Date.now() - age_s * 1000);
  if (age_s) ahead = heard.get(key) - checked_ms;
  for (const number of all(`[data-stock="${CSS.escape(key)}"]`)) {
    const changed = number.textContent !== shown;
    if (changed) number.textContent = shown;
    const shelf = number.closest("[data-shelf]");
    if (!shelf) continue;
    shelf.dataset.level = level;
    for (const strip of all("[data-ticks]", shelf)) {
      [...strip.children].forEach((tick, place) => tick.classList.toggle("gap", place >= available));
    }
    for (const said of all("[data-age]", shelf)) said.dateTime = new Date(checked_ms).toISOString();
    tellAges(shelf);
    const say = shelf.querySelector("[data-announce]");
    if (changed && say) {
      const words = available > 0 ? shelf.dataset.sayHave : shelf.dataset.sayOut;
      say.textContent = (words ?? "").replace("#", shown);
    }
    if (changed) {
      tellBasket(2_000);
      number.classList.remove("fresh");
      // Reading a size starts the animation anew.
      void number.offsetWidth;
      number.classList.add("fresh");
    }
  }
}

function watch() {
  const keys = [...new Set(all("[data-stock]").map((number) => number.dataset.stock))].slice(0, MOST);
  const query = new URLSearchParams(keys.map((key) => ["shelf", key]));
  const wanted = query.toString();
  if (wanted === watched && stream && stream.readyState !== EventSource.CLOSED) return;
  sleep();
  if (!keys.length || document.visibilityState === "hidden" || !("EventSource" in window)) return;
  watched = wanted;
  versions.clear();
  stream = new EventSource(`/api/v1/live/stock?${wanted}`);
  stream.addEventListener("snapshot", (event) => JSON.parse(event.data).stock.forEach(patch));
  stream.addEventListener("stock", (event) => patch(JSON.parse(event.data)));
}

// A page with an open stream is not kept for going back to: it is closed on leaving and opened on return.
function sleep() {
  stream?.close();
  stream = null;
  watched = "";
}

addEventListener("pagehide", sleep);
addEventListener("pageshow", (event) => event.persisted && (watch(), tellBasket()));
addEventListener("online", watch);
document.addEventListener("shelves", watch);
let hiding = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.visibilityState === "visible") watch(), tellAges(), tellBasket();
  // A glance at another tab is no reason to come and go.
  else hiding = setTimeout(sleep, 30_000);
});

// ---- The basket, on every page -----------------------------------------------------------------------------

// Pages are shared and know only that there is a basket; which store has all of it is asked for here, and again when
// a number on the page has changed or the shopper comes back.
const strip = document.querySelector("[data-strip]");
let told = "";
let telling = 0;
function tellBasket(pause = 0) {
  if (!strip?.isConnected || telling) return;
  telling = setTimeout(async () => {
    telling = 0;
    if (document.visibilityState === "hidden") return;
    const answer = await fetch(strip.dataset.strip).catch(() => null);
    if (answer?.status === 204) return forgetBasket();
    const line = answer?.ok ? await answer.text() : "";
    if (line) strip.hidden = false;
    if (line && line !== told) strip.innerHTML = told = line;
  }, pause);
}

// It was emptied elsewhere: neither its line nor the number in the bar is true any more. It may be filled there again.
function forgetBasket() {
  const link = document.querySelector(".bar [href$='/basket']");
  link?.querySelector("b")?.remove();
  link?.setAttribute("aria-label", strip.getAttribute("aria-label"));
  strip.hidden = true;
}

// ---- The browser's position --------------------------------------------------------------------------------

// A form with `data-locate` and fields `lat` and `lng` is sent once they are known, rounded to the neighbourhood.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-locate]") || form.elements.lat.value) return;
  event.preventDefault();
  const [button, said] = [form.querySelector("button"), form.querySelector("[data-locate-said]")];
  if (button.getAttribute("aria-busy") === "true") return;
  const say = (which) => {
    button.setAttribute("aria-busy", which === "asking");
    if (said) said.textContent = said.dataset[which] ?? "";
  };
  const denied = () => say("denied");
  if (!navigator.geolocation) return denied();
  say("asking");
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    form.elements.lat.value = coords.latitude.toFixed(3);
    form.elements.lng.value = coords.longitude.toFixed(3);
    // Whoever goes back finds a page that asks nothing.
    addEventListener("pagehide", () => say(), { once: true });
    form.submit();
  }, denied, { timeout: 10_000, maximumAge: 60_000 });
});

// ---- Facets ------------------------------------------------------------------------------------------------

// At a desk a ticked box applies at once, and the two numbers of a price once the hand has left both; on a phone one
// sets several and presses the button, which says how many there would be.
const desk = matchMedia("(min-width: 900px)");
let asking = null;

document.addEventListener("change", ({ target }) => {
  const form = target.form;
  if (form?.matches("[data-facets]") && !(desk.matches && target.closest(".range"))) narrow(form);
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const range = desk.matches && target.closest?.("[data-facets] .range");
  // Whoever goes to another window has not left the field.
  if (!range || range.contains(relatedTarget) || document.activeElement === target) return;
  if (all("input", range).some((field) => field.value !== field.defaultValue)) narrow(target.form);
});
document.addEventListener("submit", (event) => {
  if (!desk.matches || !event.target.matches("[data-facets]")) return;
  event.preventDefault();
  narrow(event.target);
});

async function narrow(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = form.action.split("?")[0] + (query.size ? `?${query}` : "");
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(address, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [list, next] = [document.querySelector(".list"), page.querySelector(".list")];
    if (!answer.ok || !list || !next) throw new Error("not a list");
    if (!desk.matches) return tellCount(form, next);
    replace(list, next);
    if (address !== location.href) history.pushState({ list: true }, "", address);
    document.title = page.title;
    watch();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (desk.matches) location.assign(address);
    else tellCount(form);
  }
}

/** Another list in a list's place: what is typed stays, and the hand where it is by now. */
function replace(list, next) {
  const own = document.activeElement;
  const { selectionStart, selectionEnd } = own;
  const within = list.contains(own);
  const folds = all("#facets details", list).map((fold) => fold.open);
  const typed = all(".range input", list).map((field) => field.value);
  const column = list.querySelector("#facets");
  const down = column?.scrollTop;
  // Taking a field away is leaving it, too, in some browsers.
  column?.removeAttribute("data-facets");
  list.replaceWith(next);
  all("#facets details", next).forEach((fold, place) => (fold.open ||= folds[place] ?? false));
  all(".range input", next).forEach((field, place) => (field.value = typed[place] ?? field.value));
  next.querySelector("#facets")?.scrollTo(0, down);
  // The same field; of links, the one of the same words.
  const again = within && all(own.localName, next).find((other) =>
    own.name ? other.name === own.name && (own.type !== "checkbox" || other.value === own.value) : other.textContent === own.textContent,
  );
  if (again) {
    again.focus({ preventScroll: true });
    if (own.type === "text") again.setSelectionRange(selectionStart, selectionEnd);
  } else if (within) {
    const title = next.querySelector("h1");
    title.tabIndex = -1;
    title.focus();
  }
  // A status that is new in the document is not read out; one that changes is.
  const said = next.querySelector(".tally, .nothing-say");
  if (said) {
    const words = said.textContent;
    said.textContent = "";
    requestAnimationFrame(() => (said.textContent = words));
  }
}

/** The button of a sheet of facets with what a list has to say, or without a number where there is no answer. */
function tellCount(form, list) {
  const go = form.querySelector("[data-shows]");
  const plain = english ? "Show" : "보기";
  go.textContent = list ? (list.querySelector("[data-shows]")?.dataset.shows ?? go.dataset.none) : plain;
}

addEventListener("popstate", (event) => {
  if (document.querySelector(".list") && !location.hash && event.state !== undefined) location.reload();
});

// ---- From a card to its page -------------------------------------------------------------------------------

// The picture that is pressed is the one that grows into the product's page.
let carried = null;
const drop = () => carried && (carried.style.viewTransitionName = "");
document.addEventListener("click", (event) => {
  drop();
  carried = event.target.closest?.(".card-link")?.querySelector(".board") ?? null;
  if (carried) carried.style.viewTransitionName = "stage";
});
addEventListener("pageshow", drop);

// A transition costs a machine about what it costs to lay out both pages anew. One that was busy with this page for 50 ms
// at a time, or that took as long before a transition to a page that was ready could begin, is shown the next at once.
// Where nothing may be stored, nothing is remembered.
const storage = (deed) => {
  try {
    return deed(sessionStorage);
  } catch {
    return null;
  }
};
let slow = storage((kept) => kept.slow);
new PerformanceObserver(() => (slow = true)).observe({ type: "longtask", buffered: true });
addEventListener("pageswap", (event) => slow && event.viewTransition?.skipTransition());
addEventListener("pagereveal", (event) => {
  const shownAt = performance.getEntriesByType("navigation")[0]?.activationStart;
  const began = () => {
    if (performance.now() - shownAt <= 50) return;
    slow = true;
    storage((kept) => (kept.slow = slow));
  };
  if (shownAt) event.viewTransition?.ready.then(began, () => {});
});

// ---- Islands -----------------------------------------------------------------------------------------------

let client = null;
let pressed = null;

function wake() {
  client ??= import(own.dataset.js).then(async (module) => {
    await module.default({ module_or_path: own.dataset.wasm });
    module.hydrate();
    for (const island of all("leptos-island")) module[island.dataset.component]?.(island);
    document.documentElement.classList.add("awake");
    removeEventListener("click", keep, true);
    pressed?.click();
  });
  client.catch(() => {
    // Without it the page goes on as plain links and forms; the next intent tries again.
    client = null;
  });
}

// A button pressed before its island is there is pressed again once it is.
function keep(event) {
  const button = event.target.closest?.("leptos-island button[type=button]");
  if (button) pressed = button;
}

if (own?.dataset.js && document.querySelector("leptos-island")) {
  addEventListener("click", keep, true);
  const intent = (event) => event.target.closest?.("leptos-island") && wake();
  for (const sign of ["pointerover", "focusin", "touchstart"]) document.addEventListener(sign, intent, { passive: true });
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 2_000));
  const rest = () => idle(wake, { timeout: 8_000 });
  if (!navigator.connection?.saveData) document.readyState === "complete" ? rest() : addEventListener("load", rest);
}

// ---- What goes on by itself --------------------------------------------------------------------------------

// An element with an id and `data-refresh` (seconds) is asked for again while it is seen, until its answer no longer
// says so. Nothing is moved under a hand: it waits while something inside is typed in or unfolded. It is compared with
// what was last answered, not with the page, which may have been unfolded since.
const going = document.querySelector("[id][data-refresh]");
// The keys of its forms are other ones each time.
const keyless = (element) => element.innerHTML.replace(/ name="key" value="[^"]*"/g, "");
let answered = going && keyless(going);
const busy = () => going.querySelector("details[open], input:focus, button:focus");
const look = async () => {
  if (document.visibilityState === "hidden" || busy()) return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById(going.id);
  if (!next || busy()) return;
  // What stands outside of it and is over by now goes with the whole page.
  if (document.querySelector("[data-hold]") && !page.querySelector("[data-hold]")) return location.reload();
  if (!next.dataset.refresh) clearInterval(looking);
  if (keyless(next) === answered) return;
  answered = keyless(next);
  const links = () => all("a[href], summary", going);
  const place = links().indexOf(document.activeElement);
  going.replaceChildren(...next.childNodes);
  links()[place]?.focus({ preventScroll: true });
  Object.assign(going.dataset, next.dataset);
  // A status that is new in the document is not read out; one that changes is.
  const said = going.querySelector("[role=status]");
  const words = said && [...said.childNodes];
  said?.replaceChildren();
  requestAnimationFrame(() => said?.replaceChildren(...words));
};
const looking = going && setInterval(look, going.dataset.refresh * 1000);
// Whoever comes back to the page does not wait for the next turn.
if (going) document.addEventListener("visibilitychange", look);

// Minutes that run out come with the page as seconds; they are counted from there, as the
// browser's clock may be wrong. At the end the page is asked for again, unless somebody is typing in it.
const ends = new WeakMap();
function count() {
  for (const clock of all("[data-left]")) {
    if (!ends.has(clock)) ends.set(clock, Date.now() + clock.dataset.left * 1000);
    const left = Math.max(0, Math.ceil((ends.get(clock) - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const strip = all("[data-ticks] i", clock.closest("[data-hold]") ?? clock);
    strip.forEach((tick, place) => tick.classList.toggle("gap", place * 60 >= left));
    if (left > 0) continue;
    if (clock.closest("[data-keeps]")) {
      clock.removeAttribute("data-left");
      const kept = clock.closest("[data-kept]");
      // The one in the head has nothing else to say.
      if (!kept) clock.parentElement.hidden = true;
      else {
        kept.dataset.kept = "over";
        kept.querySelector("[role=status]").textContent = kept.dataset.over;
        clock.remove();
      }
      continue;
    }
    clearInterval(counting);
    setTimeout(() => location.reload(), 1_500);
  }
}
const counting = document.querySelector("[data-left], [data-keeps]") && setInterval(count, 1_000);

// What is checked out is kept on its shelf while the page is open: from when it is seen, longer once for somebody who
// is at it near the end, and given back on leaving. The server decides; here is only when it is asked.
const keeps = document.querySelector("form[data-keeps]");
if (keeps) {
  const SOON_OVER = 300;
  const kept = () => keeps.querySelector("[data-kept]");
  let asked = false;
  let going = false;
  const send = (act) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "act", value: act });
    keeps.append(field);
    going = true;
    keeps.submit();
  };
  const ask = async (act) => {
    if (asked || going) return;
    asked = true;
    const body = new URLSearchParams(new FormData(keeps));
    body.set("act", act);
    const answer = await fetch(keeps.action, { method: "POST", body }).catch(() => null);
    asked = false;
    // Somebody else was quicker: the page that says so takes this one's place, with all that was typed.
    if (answer?.status === 409) return going || send(act);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["[data-kept]", ".kept-clock"]) {
      const [own, next] = [keeps.querySelector(part), page.querySelector(part)];
      if (own && next && !own.contains(document.activeElement)) own.replaceWith(next);
    }
    count();
  };
  keeps.addEventListener("change", () => {
    const { kept: state, extend } = kept()?.dataset ?? {};
    const left = (ends.get(kept()?.querySelector("[data-left]")) - Date.now()) / 1000;
    if (state && state !== "held") ask("keep");
    else if (extend !== undefined && left < SOON_OVER) ask("extend");
  });
  keeps.addEventListener("submit", () => (going = true));
  addEventListener("pagehide", () => {
    if (!going && kept()?.dataset.kept === "held") navigator.sendBeacon(keeps.action, new URLSearchParams({ act: "leave" }));
  });
  // Also where the server said that it is held: the page before may have given it back a moment later.
  const begin = () => setTimeout(ask, 400, "keep");
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    going = false;
    begin();
  });
  if (document.prerendering) document.addEventListener("prerenderingchange", begin, { once: true });
  else begin();
}

// ---- Being told in the browser ------------------------------------------------------------------------------

// What asks for it is fetched when its button is about to be used, or at once where the browser was asked before.
if (document.querySelector("[data-tell]") && "PushManager" in window && "serviceWorker" in navigator) {
  document.documentElement.classList.add("push");
  const script = () => import("/push.js");
  if (Notification.permission === "granted") script().then((push) => push.show());
  const near = (event) => event.target.closest?.("[data-tell] button");
  document.addEventListener("pointerover", (event) => near(event) && script(), { passive: true });
  document.addEventListener("click", (event) => {
    const button = near(event);
    if (button) script().then((push) => push.press(button));
  });
}

for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A page that is prepared before it is asked for waits with its stream until it is seen. It is laid out before, which no
// browser does by itself.
const begin = () => (watch(), tellBasket());
if (document.prerendering) {
  void document.body.offsetHeight;
  document.addEventListener("prerenderingchange", begin, { once: true });
} else begin();
