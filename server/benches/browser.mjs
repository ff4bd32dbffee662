// What a phone sees: largest paint, layout shift, first byte and response to a tap, in Chromium under a throttled
// network and processor; cold, on the next page (with a finger on the phone, with a mouse at a desk), and back.
// `cargo xtask bench browser` starts the shop and this. Ends with 1 where a figure could not be taken.

import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

const require = createRequire(new URL("../../end2end/package.json", import.meta.url));
const { chromium } = require("playwright-core");
import { openTab, wait } from "./tab.mjs";

const base = process.env.BASE_URL;
const quick = process.argv.includes("--quick");
const rounds = quick ? 2 : 7;
// A phone of the middle of the market on a mobile network, as Lighthouse assumes it.
const NETWORK = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const SLOWER = 4;
const PAGES = { home: "/", category: "/category/kitchen", product: "/p/enamel-kettle", locator: "/stores" };

const SEARCH = "input[name=q]";

// What was not seen in each of the rounds is no figure.
const median = (figures) => (figures.includes(null) ? null : figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]);

// Chromium tells each of these once, to whoever listens early enough. Before it has told of a paint or a tap there is no
// figure of it, and none is not nought.
const listen = () => {
  window.seen = { lcp: null, cls: 0, inp: null, since: 0 };
  const watch = (type, see) => new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true, durationThreshold: 16 });
  const isOld = (entry) => entry.startTime < window.seen.since;
  const answered = (entry) => isOld(entry) || (window.seen.inp = Math.max(window.seen.inp ?? 0, entry.duration));
  watch("largest-contentful-paint", (entry) => (window.seen.lcp = entry.startTime));
  watch("layout-shift", (entry) => entry.hadRecentInput || isOld(entry) || (window.seen.cls += entry.value));
  watch("event", (entry) => entry.interactionId && answered(entry));
  // The first is told of however quick it was.
  watch("first-input", answered);
  // A page that comes back whole is painted two frames later; no entry tells of it. What it was before is not counted.
  addEventListener("pageshow", (event) => {
    window.seen.persisted = event.persisted;
    if (!event.persisted) return;
    Object.assign(window.seen, { cls: 0, inp: null, since: event.timeStamp });
    requestAnimationFrame(() => requestAnimationFrame(() => (window.seen.restored = performance.now() - event.timeStamp)));
  });
};

// From the moment the page is shown, which may have been loaded before. Of an answer within 16 ms nothing is told; that it
// was one shows the field, which has the focus.
const told = () => {
  const { activationStart: from = 0, responseStart } = performance.getEntriesByType("navigation")[0];
  const { lcp, inp } = window.seen;
  const least = document.activeElement?.matches("input[name=q]") ? 16 : null;
  const times = { lcp: lcp === null ? null : Math.max(lcp - from, 0), ttfb: Math.max(responseStart - from, 0), inp: inp ?? least };
  return { ...window.seen, ...times, prerendered: from > 0 };
};

// Brings one of those that are shown to the middle of the screen, and says where its own middle is.
const middle = ([selector, place]) => {
  const one = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility())[place];
  if (!one) throw new Error(`${selector} is not shown ${place + 1} times`);
  one.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = one.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
};

async function phone(browser) {
  // Whoever asks for the position is told it.
  const place = { geolocation: { latitude: 37.5446, longitude: 127.0557 }, permissions: ["geolocation"] };
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true, locale: "ko-KR", ...place });
  await context.addInitScript(listen);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", NETWORK);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return { context, page };
}

async function typed(page) {
  await page.locator(SEARCH).first().tap();
  await page.keyboard.type("주전", { delay: 60 });
  await page.waitForTimeout(600);
}

// The button that asks for the position: an island, and the first thing that is touched. It says at once that it asks.
async function located(page) {
  await page.locator(".near-me button").tap();
  await page.locator(".near-me [role=status]:not(:empty)").waitFor({ state: "attached", timeout: 20_000 });
  await page.waitForTimeout(1_500);
}

async function cold(browser, path, touch) {
  const { context, page } = await phone(browser);
  await page.goto(base + path, { waitUntil: "load" });
  await page.waitForTimeout(1_500);
  await touch(page);
  const seen = await page.evaluate(told);
  await context.close();
  return seen;
}

// A finger presses and is lifted at once: a page can be prepared in these few moments only. A mouse rests on the card
// first, and the page is prepared meanwhile. At a desk of today nothing is as slow as on the phone.
const SLOW = [
  ["Network.enable", {}],
  ["Network.emulateNetworkConditions", NETWORK],
  ["Emulation.setCPUThrottlingRate", { rate: SLOWER }],
];
const MOUSE = {
  size: { width: 1280, height: 800 },
  async press(tab, [x, y]) {
    const mouse = (type, pressed = {}) => tab.send("Input.dispatchMouseEvent", { type, x, y, ...pressed });
    await tab.send("Input.dispatchMouseEvent", { type: "mouseMoved", x: 2, y: 2 });
    await mouse("mouseMoved");
    await wait(1_200);
    await mouse("mousePressed", { button: "left", clickCount: 1 });
    await mouse("mouseReleased", { button: "left", clickCount: 1 });
  },
};
const HANDS = {
  finger: {
    size: { width: 390, height: 844 },
    settings: [
      ...SLOW,
      ["Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 3, mobile: true }],
      ["Emulation.setTouchEmulationEnabled", { enabled: true }],
    ],
    async press(tab, [x, y]) {
      await tab.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
      await wait(90);
      await tab.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    },
  },
  mouse: { ...MOUSE, settings: SLOW },
  "mouse, at full speed": { ...MOUSE, settings: [] },
};

// From a list to a product, and there into the field for searching.
async function next(tab, hand, place) {
  const at = async (selector, place) => {
    const found = await tab.read(`(${middle})(${JSON.stringify([selector, place])})`);
    if (!found) throw new Error(`there is no ${selector} to press`);
    await wait(300);
    return found;
  };
  await tab.send("Page.navigate", { url: base + PAGES.category });
  await wait(3_500);
  await hand.press(tab, await at(".card-link", place));
  await wait(3_500);
  if ((await tab.read("location.pathname")).startsWith("/category")) throw new Error("the card was pressed and led nowhere");
  await tab.read(`(${listen})()`);
  await wait(200);
  await hand.press(tab, await at(SEARCH, 0));
  await wait(600);
  return tab.read(`(${told})()`);
}

async function nextPages(program, hand) {
  const tab = await openTab(program, hand.size, hand.settings);
  const turns = [];
  for (let place = 0; place < rounds; place += 1) turns.push(await next(tab, hand, place));
  await tab.close();
  return turns;
}

async function back(browser) {
  const { context, page } = await phone(browser);
  await page.goto(base + PAGES.category, { waitUntil: "load" });
  await page.waitForTimeout(1_500);
  await Promise.all([page.waitForURL(/\/p\//), page.locator(".card-link").first().tap()]);
  await page.waitForTimeout(1_200);
  const started = Date.now();
  await page.goBack({ waitUntil: "commit" });
  const ms = Date.now() - started;
  await page.waitForTimeout(1_500);
  // By its place: Playwright has lost hold of the elements of a page that comes back whole.
  await page.touchscreen.tap(...(await page.evaluate(middle, [SEARCH, 0])));
  await page.waitForTimeout(600);
  const seen = await page.evaluate(told);
  await context.close();
  // What is kept whole asks nobody.
  return { ...seen, ms, ttfb: seen.persisted ? 0 : seen.ttfb };
}

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

// What Lighthouse says of a page, or null with a line that says why.
function scores(program, name) {
  const flags = ["--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox", `--only-categories=${CATEGORIES}`];
  const look = () => spawnSync(process.execPath, [program, base + PAGES[name], ...flags], { maxBuffer: 1 << 28, env: { ...process.env, CHROME_PATH: process.env.CHROMIUM } });
  let told = look();
  // Its trace now and then has no beginning (NO_NAVSTART): then it is asked again, as it says itself.
  for (let again = 0; told.status !== 0 && again < 2; again += 1) told = look();
  if (told.status === 0) return JSON.parse(told.stdout).categories;
  console.log(`without scores: of ${name} Lighthouse says ${String(told.stderr).slice(0, 200)}`);
  return null;
}

// Without Lighthouse its targets are missed; a short run may do without.
function lighthouse() {
  const program = process.env.LIGHTHOUSE;
  if (!program) console.log("without scores: Lighthouse is not there");
  if (!program && quick) return [];
  return Object.keys(PAGES).flatMap((name) => {
    const said = program ? scores(program, name) : null;
    if (!said && quick) return [];
    const score = (category) => (typeof said?.[category]?.score === "number" ? Math.round(said[category].score * 100) : null);
    return CATEGORIES.map((category) => row(`${name}: Lighthouse ${category}`, "of 100", score(category), (value) => value >= 100, "≥ 100"));
  });
}

// A figure that was not taken keeps no target.
const row = (subject, unit, value, keeps, target) => ({ subject, floor: "", unit, value, floor_value: null, ratio: null, target: target ?? null, met: keeps ? value !== null && keeps(value) : null });

const paint = (subject, most, turns, value = (turn) => turn.lcp) => row(subject, "ms", median(turns.map(value)), (value) => value <= most, `≤ ${most} ms`);
const rest = (subject, turns) => [
  row(`${subject}: first byte`, "ms", median(turns.map((turn) => turn.ttfb))),
  row(`${subject}: layout shift`, "", Math.max(...turns.map((turn) => turn.cls)), (value) => value < 0.01, "none"),
  tapped(`${subject}: response to a tap`, turns),
];
const tapped = (subject, turns) => row(subject, "ms", median(turns.map((turn) => turn.inp)), (value) => value <= 200, "≤ 200 ms");

async function times(count, deed) {
  const turns = [];
  for (let turn = 0; turn < count; turn += 1) turns.push(await deed());
  return turns;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"], ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const rows = [];
for (const [name, path] of Object.entries(PAGES)) {
  const seen = await times(rounds, () => cold(browser, path, typed));
  rows.push(paint(`${name}, cold: largest paint`, 2_500, seen), ...rest(`${name}, cold`, seen));
}
const touched = await times(rounds, () => cold(browser, PAGES.product, located));
rows.push(tapped("product, cold: response to a tap on an island", touched));
const backs = await times(rounds, () => back(browser));
for (const [name, hand] of Object.entries(HANDS)) {
  const turns = await nextPages(process.env.CHROMIUM, hand);
  rows.push(paint(`next page, ${name}: largest paint after the click`, 100, turns), ...rest(`next page, ${name}`, turns));
  rows.push(row(`next page, ${name}: begun before the click`, "share", turns.filter((turn) => turn.prerendered).length / turns.length));
}
rows.push(row("back: kept whole by the browser", "share", backs.filter((turn) => turn.persisted).length / backs.length));
rows.push(paint("back: painted after", 100, backs, (turn) => turn.restored ?? turn.lcp), ...rest("back", backs));
rows.push(row("back: painted after, with the way through the browser", "ms", median(backs.map((turn) => turn.ms))));
await browser.close();
rows.push(...lighthouse());

const shown = (value) => (value === null ? "not seen" : Math.round(value * 100) / 100);
console.table(rows.map(({ subject, value, unit, target, met }) => ({ subject, value: shown(value), unit, target: target ? `${target}: ${met ? "met" : "MISSED"}` : "" })));
const folder = process.env.BENCH_FOLDER;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/${quick ? "browser.quick" : "browser"}.json`, JSON.stringify(rows, null, 2));
if (rows.some(({ value }) => value === null)) process.exitCode = 1;
