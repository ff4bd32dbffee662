// A store's counter while its network is away. It checks a pass's signature by itself, keeps what is handed over on
// this device, and sends it when the network is back; and it reads codes with the camera where the browser can.
//
// A script of its own and no island: it is nothing but the browser's own interfaces (WebCrypto, storage, camera), and
// as WASM each of them would need its bindings in the client that shoppers load. Only a board's page names it. It
// decides what can be decided without the shop and no more; all that it says comes with the page.

const counter = document.getElementById("counter");
const seek = document.querySelector(".staff-seek");
const field = document.getElementById("find");

// ---- What is kept on this device -----------------------------------------------------------------------------

const KEPT = "onshelf-counter";
// What waits to be written down; what was handed over, by what the passes of a group have in common; what is told.
const MOST = { queue: 200, handed: 1_000, told: 20 };
const LONG_ENOUGH = 86_400_000;

/** The device's clock may be wrong: it is set by the page's. */
const skew = Number(counter.dataset.now) - Date.now();
const now = () => Date.now() + skew;

function kept() {
  try {
    return { queue: [], handed: [], told: [], ...JSON.parse(localStorage.getItem(KEPT)) };
  } catch {
    return { queue: [], handed: [], told: [] };
  }
}

/** False where the device keeps nothing. */
function keep(change) {
  const all = kept();
  change(all);
  // A pass that has long run out is refused for that.
  all.handed = all.handed.filter(({ until }) => until + LONG_ENOUGH > now()).slice(-MOST.handed);
  all.told = all.told.slice(-MOST.told);
  try {
    localStorage.setItem(KEPT, JSON.stringify(all));
    return true;
  } catch {
    return false;
  }
}

// ---- What it says --------------------------------------------------------------------------------------------

const words = JSON.parse(counter.dataset.words);
const [verdict, list] = counter.children;
const { store, zone } = counter.dataset;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const day = (at) => new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: zone }).format(at);

function time(at) {
  const date = day(at) === day(now()) ? {} : { month: "short", day: "numeric" };
  const form = { ...date, hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat(document.documentElement.lang, form).format(at);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function press(label, kind, done) {
  const button = element("button", { type: "button", class: kind }, label);
  button.addEventListener("click", done);
  return button;
}

function tell(kind, ...children) {
  const urgent = kind === "refused" ? { role: "alert" } : {};
  verdict.replaceChildren(element("div", { class: "staff-notice counter-said", "data-kind": kind, ...urgent }, ...children));
  document.getElementById("notice")?.replaceChildren();
}

const hush = () => verdict.replaceChildren();

const textOf = (root, selector) => root.querySelector(selector)?.textContent.replace(/\s+/g, " ").trim() ?? "";
/** A card by its code and whom it is for. */
const named = (card) => [textOf(card, ".staff-code"), textOf(card, ".staff-name b")].join(" · ");

/** What waits, and what has to be looked into. */
function show() {
  const { queue, told } = kept();
  const waiting = queue.map(({ at, what }) =>
    element("li", { "data-kind": "waiting" }, element("b", {}, what), element("span", {}, fill(words.waiting, { at: time(at) }))),
  );
  const ended = told.map(({ key, at, what, said, done }) =>
    element(
      "li",
      { "data-kind": said ? "conflict" : "done" },
      element("b", {}, what),
      element("span", {}, fill(done ? words.written : words.conflict, { at: time(at) })),
      ...(said ? [element("p", {}, said)] : []),
      press(words.seen, "staff-alt", () => {
        keep((all) => (all.told = all.told.filter((other) => other.key !== key)));
        show();
      }),
    ),
  );
  list.replaceChildren(...ended, ...waiting);
}

// ---- A pass --------------------------------------------------------------------------------------------------

const PASS = /^OS1\.([\w-]+)\.(.+)\.(\d+)\.([\w-]{86})$/;
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

function read(text) {
  const [, serial, place, until, signature] = PASS.exec(text) ?? [];
  if (!serial) return null;
  const said = text.slice(0, -signature.length - 1);
  return { said, signature, place, serial, until: until * 1000, group: serial.slice(0, serial.lastIndexOf("_")) };
}

/** Ed25519 (RFC 8032) by the shop's key, or the one before it. Throws where the browser has no such thing. */
async function isSigned({ said, signature }) {
  for (const key of counter.dataset.keys.split(" ")) {
    const known = await crypto.subtle.importKey("raw", bytes(key), "Ed25519", false, ["verify"]);
    if (await crypto.subtle.verify("Ed25519", known, bytes(signature), new TextEncoder().encode(said))) return true;
  }
  return false;
}

const handedHere = (pass) => kept().handed.find(({ group }) => group === pass.group);

/** Why it opens nothing, by the name of the text that says so; none where it is good. */
async function refusal(pass) {
  try {
    if (!(await isSigned(pass))) return "forged";
  } catch {
    return "unable";
  }
  if (pass.place !== store) return "other_store";
  return pass.until <= now() ? "expired" : null;
}

/** What the board last knew of it. */
function described(pass) {
  const card = [...document.querySelectorAll("[data-pass]")].find((card) => card.dataset.pass === pass.group);
  if (!card) return null;
  const lines = [...card.querySelectorAll(".staff-lines li")];
  return {
    what: named(card),
    things: lines.map((line) => `${textOf(line, ".staff-what b")} ${textOf(line, ".staff-count")}`).join(", "),
    money: textOf(card, ".staff-total") || textOf(card, ".staff-go em"),
  };
}

async function judge(text) {
  const pass = read(text);
  if (!pass) return tell("refused", text.startsWith("OS1") ? words.forged : words.code);
  const why = await refusal(pass);
  if (why) return tell("refused", words[why]);
  const known = described(pass);
  const about = known
    ? element("p", {}, element("b", {}, known.what), element("br"), [known.things, known.money].filter(Boolean).join(" · "))
    : element("p", {}, words.unlisted);
  tell(
    "genuine",
    element("b", {}, fill(words.genuine, { until: time(pass.until) })),
    element("p", {}, words.now),
    about,
    element(
      "div",
      { class: "counter-ways" },
      press(words.give, "staff-go", () => hand(text, pass, known?.what ?? pass.group.slice(0, 6))),
      press(words.not, "staff-alt", hush),
    ),
  );
}

function hand(text, pass, what) {
  const at = now();
  // The second press of a hasty finger, or another page of this device.
  if (handedHere(pass)) return tell("refused", fill(words.handed, { at: time(handedHere(pass).at) }));
  const item = { key: crypto.randomUUID(), send: counter.dataset.send, pass: text, at, what };
  const room = kept().queue.length < MOST.queue;
  const written = room && keep((all) => {
    all.queue.push(item);
    all.handed.push({ group: pass.group, at, until: pass.until });
  });
  if (!written) return tell("refused", words.full);
  tell("done", words.queued);
  show();
  field.value = "";
  flush();
}

// ---- The network ---------------------------------------------------------------------------------------------

// Milliseconds. A network may be there and lead nowhere: what nobody answers would be waited for without an end.
const LIMIT = 4_000;

/** A browser that cannot tell the time of it waits as long as it ever does. */
const inTime = () => AbortSignal.timeout?.(LIMIT);

// ---- Sending what waits --------------------------------------------------------------------------------------

let sending = null;
const flush = () => (sending ??= send().finally(() => (sending = null)));

async function send() {
  for (const { key, send, pass, at, what } of kept().queue) {
    if (!navigator.onLine) return;
    const body = new URLSearchParams({ pass, key, ago: String(Math.max(0, Math.round(now() - at))) });
    let answer = null;
    try {
      const response = await fetch(send, { method: "POST", body, signal: inTime() });
      if (response.status === 200) answer = await response.json();
      // Anything else is no last word: signed out, too many at once, the shop is busy.
      else if (response.status === 422) answer = { done: false, said: words.unreadable };
    } catch {
      // Away again.
    }
    if (!answer) return;
    const { done, said } = answer;
    keep((all) => {
      all.queue = all.queue.filter((other) => other.key !== key);
      if (!done || said) all.told.push({ key, at, what, said, done });
    });
    if (verdict.querySelector("[data-kind=done]")) hush();
    show();
  }
}

addEventListener("online", flush);
setInterval(() => kept().queue.length && flush(), 10_000);
addEventListener("storage", ({ key }) => key === KEPT && show());

// ---- Looking up ----------------------------------------------------------------------------------------------

/** Asks the shop and shows its answer in place. Throws where the network, or the shop, does not answer. */
async function ask(address, body) {
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, signal: inTime() });
  if (answer.status >= 500) throw new Error("no answer");
  const html = await answer.text();
  const page = new DOMParser().parseFromString(html, "text/html");
  // What a form is answered with has an address only where it led there.
  const there = answer.redirected || !body;
  // Another page than the board, such as the one to sign in at: the browser goes there itself.
  if (!page.getElementById("board")) return there ? location.assign(answer.url) : seek.submit();
  take(html, page);
  document.title = page.title;
  history.replaceState(null, "", there ? answer.url : location.pathname);
  field.value = page.getElementById("find").value;
  announce(document.querySelector(".staff-found"));
  rest();
}

/** Who looks sees what was found; who listens is told, in a status that was there before: a new one is not read out. */
function announce(found) {
  if (!found) return;
  found.scrollIntoView({ block: "nearest" });
  verdict.replaceChildren(element("p", { class: "quiet" }, inWords(found)));
}

function inWords(found) {
  const label = found.querySelector("article").getAttribute("aria-label");
  return `${label}: ${named(found)}. ${textOf(found, ".staff-standing")}`;
}

// What was said of it is true until something is done with it.
new MutationObserver(() => {
  const said = verdict.querySelector(":scope > .quiet");
  const found = document.querySelector(".staff-found");
  if (said && (!found || said.textContent !== inWords(found))) hush();
}).observe(document.getElementById("board"), { childList: true, subtree: true, characterData: true });

/** The board's island takes over what differs, so that ticks, places and folds stay; else there is but the whole. */
function take(html, page) {
  if (!document.dispatchEvent(new CustomEvent("board", { detail: html, cancelable: true }))) return;
  for (const id of ["board", "notice"]) document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
}

/** What had the focus may be gone: where there are keys they go to the field. A handheld would open its keyboard. */
function rest() {
  if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) field.focus();
}

let asking = false;

/** One question at a time, and while there is one the field shows it. */
async function alone(question) {
  if (asking) return;
  asking = true;
  seek.setAttribute("aria-busy", "true");
  hush();
  try {
    await question();
  } finally {
    asking = false;
    seek.removeAttribute("aria-busy");
  }
}

async function look(text) {
  // What is scanned meanwhile takes the place of this, and is not written behind it.
  field.select();
  try {
    const pass = read(text);
    const before = pass && handedHere(pass);
    if (before) return tell("refused", fill(words.handed, { at: time(before.at) }));
    if (!navigator.onLine) return await judge(text);
    try {
      await ask(seek.action, new URLSearchParams({ typed: text }));
    } catch {
      await judge(text);
    }
  } finally {
    field.select();
  }
}

seek.addEventListener("submit", (event) => {
  const text = field.value.trim();
  if (!text) return;
  event.preventDefault();
  alone(() => look(text));
});

/** Closes what was looked up. Nothing is asked for, and the rest of the board stays as it is. */
function shut(found) {
  found.remove();
  hush();
  document.getElementById("notice").replaceChildren();
  // From now on the board asks for itself alone.
  const { dataset } = document.getElementById("columns");
  const address = new URL(dataset.address, location.href);
  for (const name of ["open", "by"]) address.searchParams.delete(name);
  dataset.address = address.pathname + address.search;
  history.replaceState(null, "", location.pathname);
  rest();
}

// A link of the board to the board itself opens something on it, or closes it: in place as well.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#board a, #notice a");
  const aside = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || aside || link.pathname !== location.pathname) return;
  event.preventDefault();
  if (link.matches("[data-close]")) return shut(link.closest(".staff-found"));
  alone(() => ask(link.href).catch(() => location.assign(link.href)));
});

// ---- The camera ----------------------------------------------------------------------------------------------

const lens = seek.querySelector(".staff-scan");

async function scan() {
  const video = element("video", { playsinline: "", muted: "" });
  const sight = element("dialog", { class: "counter-sight", "aria-label": words.aim }, video, element("p", {}, words.aim));
  sight.append(press(words.close, "staff-alt", () => sight.close()));
  let stream = null;
  const dark = () => stream?.getTracks().forEach((track) => track.stop());
  sight.addEventListener("close", () => {
    dark();
    sight.remove();
  });
  counter.append(sight);
  sight.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    // The browser may have asked for so long that nobody wants it any more.
    if (!sight.open) return;
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (sight.open) {
      const [code] = await detector.detect(video);
      if (code) {
        sight.close();
        field.value = code.rawValue;
        seek.requestSubmit();
        return;
      }
      await new Promise((done) => setTimeout(done, 150));
    }
  } catch {
    // What ends because somebody closed it is no camera that cannot be used.
    if (!sight.open) return;
    sight.close();
    tell("refused", words.denied);
  } finally {
    dark();
  }
}

if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  lens.hidden = false;
  lens.addEventListener("click", scan);
}

show();
flush();
