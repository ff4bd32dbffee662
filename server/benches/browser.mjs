// What a phone sees: largest paint, layout shift, first byte and response to a tap, in Chromium under a throttled
// network and processor; cold, on the next page (with a finger on the phone, with a mouse at a desk), and back.
// `cargo xtask bench browser` starts the shop and this.

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

const median = (figures) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];

// Chromium tells each of these once, to whoever listens early enough.
const listen = () => {
  window.seen = { lcp: 0, cls: 0, inp: 0 };
  const watch = (type, see) => new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true, durationThreshold: 16 });
  watch("largest-contentful-paint", (entry) => (window.seen.lcp = entry.startTime));
  watch("layout-shift", (entry) => entry.hadRecentInput || (window.seen.cls += entry.value));
  watch("event", (entry) => entry.interactionId && (window.seen.inp = Math.max(window.seen.inp, entry.duration)));
  // A page that comes back whole is painted two frames later; no entry tells of it.
  addEventListener("pageshow", (event) => {
    window.seen.persisted = event.persisted;
    if (event.persisted) requestAnimationFrame(() => requestAnimationFrame(() => (window.seen.restored = performance.now() - event.timeStamp)));
  });
};

const figures = (page) =>
  page.evaluate(() => {
    const navigation = performance.getEntriesByType("navigation")[0];
    const from = navigation.activationStart ?? 0;
    return { ...window.seen, lcp: Math.max(window.seen.lcp - from, 0), ttfb: Math.max(navigation.responseStart - from, 0), prerendered: from > 0 };
  });

async function phone(browser) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true, locale: "ko-KR" });
  await context.addInitScript(listen);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", NETWORK);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return { context, page };
}

async function cold(browser, path) {
  const { context, page } = await phone(browser);
  await page.goto(base + path, { waitUntil: "load" });
  await page.waitForTimeout(1_500);
  await page.locator("input[name=q]").first().tap();
  await page.keyboard.type("주전", { delay: 60 });
  await page.waitForTimeout(600);
  const seen = await figures(page);
  await context.close();
  return seen;
}

// The largest paint of the page that is shown, and of its shifts the sum; from the moment it is shown.
const SEEN = `new Promise((done) => {
  const from = performance.getEntriesByType("navigation")[0].activationStart;
  const seen = { prerendered: from > 0, lcp: 0, cls: 0 };
  const see = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  see("layout-shift", (entry) => entry.hadRecentInput || (seen.cls += entry.value));
  see("largest-contentful-paint", (entry) => (seen.lcp = Math.max(entry.startTime - from, 0)));
  setTimeout(() => done(seen), 200);
})`;

// A finger presses and is lifted at once: a page can be prepared in these few moments only. A mouse rests on the card
// first, and the page is prepared meanwhile.
const HANDS = {
  finger: {
    size: { width: 390, height: 844 },
    settings: [
      ["Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 3, mobile: true }],
      ["Emulation.setTouchEmulationEnabled", { enabled: true }],
    ],
    async press(tab, [x, y]) {
      await tab.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
      await wait(90);
      await tab.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    },
  },
  mouse: {
    size: { width: 1280, height: 800 },
    settings: [],
    async press(tab, [x, y]) {
      const mouse = (type, pressed = {}) => tab.send("Input.dispatchMouseEvent", { type, x, y, ...pressed });
      await tab.send("Input.dispatchMouseEvent", { type: "mouseMoved", x: 2, y: 2 });
      await mouse("mouseMoved");
      await wait(1_200);
      await mouse("mousePressed", { button: "left", clickCount: 1 });
      await mouse("mouseReleased", { button: "left", clickCount: 1 });
    },
  },
};

// From a list to a product.
async function next(tab, hand, place) {
  await tab.send("Page.navigate", { url: base + PAGES.category });
  await wait(3_500);
  const at = await tab.read(`(() => {
    const card = document.querySelectorAll(".card-link")[${place}];
    card.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = card.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  })()`);
  await wait(300);
  await hand.press(tab, at);
  await wait(3_500);
  if ((await tab.read("location.pathname")).startsWith("/category")) throw new Error("the card was pressed and led nowhere");
  return tab.read(SEEN);
}

async function nextPages(program, hand) {
  const slow = [
    ["Network.enable", {}],
    ["Network.emulateNetworkConditions", NETWORK],
    ["Emulation.setCPUThrottlingRate", { rate: SLOWER }],
  ];
  const tab = await openTab(program, hand.size, [...slow, ...hand.settings]);
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
  const seen = await figures(page);
  await context.close();
  return { ...seen, ms };
}

function lighthouse(rows) {
  const program = process.env.LIGHTHOUSE;
  if (!program) return console.log("skipped: Lighthouse is not there");
  for (const [name, path] of Object.entries(PAGES)) {
    const look = () => spawnSync(process.execPath, [program, base + path, "--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox", "--only-categories=performance,accessibility,best-practices,seo"], { maxBuffer: 1 << 28, env: { ...process.env, CHROME_PATH: process.env.CHROMIUM } });
    let told = look();
    // Its trace now and then has no beginning (NO_NAVSTART): then it is asked again, as it says itself.
    for (let again = 0; told.status !== 0 && again < 2; again += 1) told = look();
    if (told.status !== 0) {
      console.log(`skipped: of ${name} Lighthouse says ${String(told.stderr).slice(0, 200)}`);
      continue;
    }
    const report = JSON.parse(told.stdout);
    for (const [category, { score }] of Object.entries(report.categories)) rows.push(row(`${name}: Lighthouse ${category}`, "of 100", Math.round(score * 100), (value) => value >= 100, "≥ 100"));
  }
}

const row = (subject, unit, value, keeps, target) => ({ subject, floor: "", unit, value, floor_value: null, ratio: null, target: target ?? null, met: keeps ? keeps(value) : null });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"], ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const rows = [];
for (const [name, path] of Object.entries(PAGES)) {
  const seen = [];
  for (let round = 0; round < rounds; round += 1) seen.push(await cold(browser, path));
  rows.push(row(`${name}, cold: largest paint`, "ms", median(seen.map((one) => one.lcp)), (value) => value <= 2_500, "≤ 2500 ms"));
  rows.push(row(`${name}, cold: first byte`, "ms", median(seen.map((one) => one.ttfb))));
  rows.push(row(`${name}, cold: layout shift`, "", Math.max(...seen.map((one) => one.cls)), (value) => value < 0.01, "none"));
  rows.push(row(`${name}: response to a tap`, "ms", median(seen.map((one) => one.inp)), (value) => value <= 200, "≤ 200 ms"));
}
const backs = [];
for (let round = 0; round < rounds; round += 1) backs.push(await back(browser));
for (const [name, hand] of Object.entries(HANDS)) {
  const turns = await nextPages(process.env.CHROMIUM, hand);
  rows.push(row(`next page, ${name}: largest paint after the click`, "ms", median(turns.map((turn) => turn.lcp)), (value) => value <= 100, "≤ 100 ms"));
  rows.push(row(`next page, ${name}: layout shift`, "", Math.max(...turns.map((turn) => turn.cls)), (value) => value < 0.01, "none"));
  rows.push(row(`next page, ${name}: begun before the click`, "share", turns.filter((turn) => turn.prerendered).length / turns.length));
}
rows.push(row("back: kept whole by the browser", "share", backs.filter((turn) => turn.persisted).length / backs.length));
rows.push(row("back: painted after", "ms", median(backs.map((turn) => turn.restored ?? turn.lcp)), (value) => value <= 100, "≤ 100 ms"));
rows.push(row("back: painted after, with the way through the browser", "ms", median(backs.map((turn) => turn.ms))));
await browser.close();
lighthouse(rows);

console.table(rows.map(({ subject, value, unit, target, met }) => ({ subject, value: Math.round(value * 100) / 100, unit, target: target ? `${target}: ${met ? "met" : "MISSED"}` : "" })));
const folder = process.env.BENCH_FOLDER;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/browser.json`, JSON.stringify(rows, null, 2));
