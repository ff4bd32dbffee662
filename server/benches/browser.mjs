// What a phone sees: largest paint, layout shift, first byte and response to a tap, in Chromium under a throttled
// network and processor; cold, on the next page, and back. `cargo xtask bench browser` starts the shop and this.

import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

const require = createRequire(new URL("../../end2end/package.json", import.meta.url));
const { chromium } = require("playwright-core");

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
  addEventListener("pageshow", (event) => (window.seen.persisted = event.persisted));
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

// From a list to a product, as a finger would: it rests a moment before it lifts.
async function next(browser) {
  const { context, page } = await phone(browser);
  await page.goto(base + PAGES.category, { waitUntil: "load" });
  await page.waitForTimeout(1_500);
  const card = page.locator(".card-link").first();
  await card.hover();
  await page.waitForTimeout(500);
  await Promise.all([page.waitForURL(/\/p\//), card.click()]);
  await page.waitForTimeout(1_200);
  const there = await figures(page);
  const started = Date.now();
  await page.goBack({ waitUntil: "commit" });
  await page.waitForTimeout(300);
  const back = { ...(await figures(page).catch(() => ({}))), ms: Date.now() - started - 300 };
  await context.close();
  return { there, back };
}

function lighthouse(rows) {
  const program = process.env.LIGHTHOUSE;
  if (!program) return console.log("skipped: Lighthouse is not there");
  for (const [name, path] of Object.entries(PAGES)) {
    const told = spawnSync(process.execPath, [program, base + path, "--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox", "--only-categories=performance,accessibility,best-practices,seo"], { maxBuffer: 1 << 28, env: { ...process.env, CHROME_PATH: process.env.CHROMIUM } });
    const report = told.status === 0 ? JSON.parse(told.stdout) : null;
    if (!report) return console.log(`skipped: Lighthouse says ${String(told.stderr).slice(0, 200)}`);
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
const turns = [];
for (let round = 0; round < rounds; round += 1) turns.push(await next(browser));
rows.push(row("next page: largest paint after the click", "ms", median(turns.map((turn) => turn.there.lcp)), (value) => value <= 100, "≤ 100 ms"));
rows.push(row("next page: layout shift", "", Math.max(...turns.map((turn) => turn.there.cls)), (value) => value < 0.01, "none"));
rows.push(row("next page: rendered before the click", "share", turns.filter((turn) => turn.there.prerendered).length / rounds));
rows.push(row("back: kept whole by the browser", "share", turns.filter((turn) => turn.back.persisted).length / rounds));
rows.push(row("back: shown after", "ms", median(turns.map((turn) => turn.back.ms))));
await browser.close();
lighthouse(rows);

console.table(rows.map(({ subject, value, unit, target, met }) => ({ subject, value: Math.round(value * 100) / 100, unit, target: target ? `${target}: ${met ? "met" : "MISSED"}` : "" })));
const folder = process.env.BENCH_FOLDER;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/browser.json`, JSON.stringify(rows, null, 2));
