// A phone, the same phone without scripts, and a desk: every journey is walked on each of them that it is for.
// Tagged @scripts: needs JavaScript. Tagged @once: walks through sizes and themes itself, so one screen is enough.

import { defineConfig, type PlaywrightTestOptions } from "@playwright/test";

// Drawn at one pixel a point: without a graphics card four times the pixels are most of the time a page takes.
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, hasTouch: true, isMobile: true };

const shopper: Partial<PlaywrightTestOptions> = {
  baseURL: process.env.BASE_URL ?? "http://127.0.0.1:3000",
  locale: "ko-KR",
  timezoneId: "Asia/Seoul",
  // What is looked at stands still: a colour half-way through a transition has no contrast to be measured.
  contextOptions: { reducedMotion: "reduce" },
};

export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  forbidOnly: true,
  fullyParallel: true,
  // As many as there are slots of goods in `fixtures/goods.ts`.
  workers: 2,
  // A busy machine may be slow once; what fails twice is a fault.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 7_000 },
  // Its closing lines are counted by `cargo xtask test`.
  reporter: "line",
  use: {
    ...shopper,
    browserName: "chromium",
    headless: true,
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "phone", use: phone, grepInvert: /@once/ },
    { name: "phone-plain", use: { ...phone, javaScriptEnabled: false }, grepInvert: /@once|@scripts/ },
    // What does not depend on the room there is has been walked on the phone.
    { name: "desk", use: { viewport: { width: 1280, height: 800 } }, testIgnore: /(bad-input|heal|kept|live|messages|pass|refind|reserve)\.spec/ },
  ],
});
