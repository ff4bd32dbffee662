// How the next page comes: as a transition where the machine has time for it, at once where it has not.

import { type Page } from "@playwright/test";
import { expect, test } from "../fixtures";

/** The machine tells of a long task, or of none, whatever it really does; pages note how they were shown. */
async function pretend(page: Page, isBusy: boolean): Promise<void> {
  await page.addInitScript((isBusy) => {
    const Own = window.PerformanceObserver;
    const pretending = function (tell: () => void): PerformanceObserver {
      const own = new Own(tell);
      const observe = own.observe.bind(own);
      own.observe = (what) => {
        if (what?.type !== "longtask") observe(what);
        else if (isBusy) tell();
      };
      return own;
    };
    window.PerformanceObserver = pretending as unknown as typeof PerformanceObserver;
    addEventListener("pagereveal", (event) => {
      document.documentElement.dataset.came = (event as Event & { viewTransition: unknown }).viewTransition ? "as a transition" : "at once";
    });
  }, isBusy);
}

for (const [machine, isBusy, wasSlow, came] of [
  ["with time to spare", false, false, "as a transition"],
  ["that is slow", true, false, "at once"],
  ["that took long before", false, true, "at once"],
] as const) {
  test(`from a list to a product on a machine ${machine} @scripts`, async ({ page, goods }) => {
    await page.emulateMedia({ reducedMotion: "no-preference" });
    await pretend(page, isBusy);
    if (wasSlow) await page.addInitScript(() => sessionStorage.setItem("slow", "true"));
    await page.goto(`/search?q=${encodeURIComponent(goods.first.ko)}`);
    await page.getByRole("link", { name: goods.first.ko }).first().click();
    await expect(page).toHaveURL(/\/p\//);
    await expect(page.locator("html")).toHaveAttribute("data-came", came);
  });
}
