// From any page to a category, a store, an order, the other language; and on from where nothing is.

import { type Locator, type Page } from "@playwright/test";
import { expect, expectToFit, test } from "../fixtures";

const LANGUAGES = [
  { lang: "ko", prefix: "", menu: "메뉴", browse: "둘러보기", kitchen: "부엌", stores: "매장 찾기", order: "주문·예약 찾기", other: "English" },
  { lang: "en", prefix: "/en", menu: "Menu", browse: "Browse", kitchen: "Kitchen", stores: "Find a store", order: "Find an order", other: "한국어" },
] as const;
type Words = (typeof LANGUAGES)[number];

/** The row of a desk, or a phone's menu, opened. */
async function ways(page: Page, isMobile: boolean, words: Words): Promise<Locator> {
  if (!isMobile) return page.getByRole("navigation", { name: words.browse, exact: true });
  await page.getByRole("banner").getByRole("button", { name: words.menu, exact: true }).click();
  const menu = page.getByRole("navigation", { name: words.menu, exact: true });
  await expect(menu).toBeVisible();
  return menu;
}

for (const words of LANGUAGES) {
  test(`${words.lang}: to a category, a store and an order`, async ({ page, isMobile, audit }) => {
    await page.goto(words.prefix || "/");
    await (await ways(page, isMobile, words)).getByRole("link", { name: words.kitchen, exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`${words.prefix}/category/kitchen$`));
    await expect(page.getByRole("heading", { level: 1, name: words.kitchen })).toBeVisible();

    const there = await ways(page, isMobile, words);
    await expect(there.getByRole("link", { name: words.kitchen, exact: true })).toHaveAttribute("aria-current", "page");
    await audit();
    await there.getByRole("link", { name: words.stores }).click();
    await expect(page).toHaveURL(/\/stores$/);

    await page.goto(`${words.prefix}/p/enamel-kettle`);
    const within = await ways(page, isMobile, words);
    await expect(within.getByRole("link", { name: words.kitchen, exact: true })).toHaveAttribute("aria-current", "true");
    await within.getByRole("link", { name: words.order }).click();
    await expect(page).toHaveURL(/\/reservations$/);
    // Who sells, in the language they wrote it in.
    await expect(page.getByRole("contentinfo").locator("[lang=ko]").filter({ hasText: "통신판매업신고" })).toBeVisible();
  });
}

test("a phone's menu leads to this page in the other language, by keyboard too", async ({ page, isMobile }) => {
  test.skip(!isMobile, "a desk has a row instead");
  const [korean] = LANGUAGES;
  await page.goto("/p/enamel-kettle");
  const banner = page.getByRole("banner");
  const button = banner.getByRole("button", { name: korean.menu, exact: true });
  expect((await banner.boundingBox())?.height ?? 999).toBeLessThan(120);
  const target = await button.boundingBox();
  expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(44);

  await button.focus();
  await page.keyboard.press("Enter");
  const menu = page.getByRole("navigation", { name: korean.menu, exact: true });
  await expect(menu).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(menu.getByRole("link", { name: korean.other })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(button).toBeFocused();

  await ways(page, isMobile, korean);
  for (const link of await menu.getByRole("link").all()) {
    expect((await link.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(44);
  }
  await menu.getByRole("link", { name: korean.other }).click();
  await expect(page).toHaveURL(/\/en\/p\/enamel-kettle$/);
});

test("names of any length, and many of them, fit every screen @once", async ({ page }) => {
  await page.goto("/category/kitchen");
  await page.evaluate(() => {
    for (const list of document.querySelectorAll(".aisles ul:first-child, .menu-categories")) {
      const many = list.matches(".menu-categories") ? 60 : 10;
      const like = list.querySelector("li");
      list.replaceChildren(
        ...Array.from({ length: many }, (_, place) => {
          const item = like?.cloneNode(true) as HTMLElement;
          const link = item.querySelector("a");
          if (link) link.textContent = `Kraftfahrzeughaftpflichtversicherungszubehör ${place} `.repeat(2);
          return item;
        }),
      );
    }
    const mark = document.querySelector(".bar .mark span");
    if (mark) mark.textContent = "A department store with a rather long name";
  });
  await expectToFit(page);
  await page.setViewportSize({ width: 320, height: 568 });
  await page.locator(".bar-menu").click();
  const last = page.locator(".menu-categories a").last();
  await last.scrollIntoViewIfNeeded();
  await expect(last).toBeInViewport();
  await expectToFit(page);
});

for (const [address, title, on] of [
  ["/p/no-such-thing", "이 상품은 선반에 없어요", "부엌"],
  ["/category/no-such-room", "이 분류는 이제 없어요", "부엌"],
  ["/stores/no-such-store", "이 매장을 찾지 못했어요", "성수점"],
  ["/en/p/no-such-thing", "This product is not on our shelves", "Kitchen"],
  ["/en/stores/no-such-store", "We have no store here", "Seongsu"],
] as const) {
  test(`from ${address}, where nothing is, onwards`, async ({ page, audit }) => {
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(404);
    const main = page.getByRole("main");
    await expect(main.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await audit();
    await main.getByRole("link", { name: on, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: on })).toBeVisible();
  });
}

test("from nowhere by a word to a product", async ({ page }) => {
  await page.goto("/p/no-such-thing");
  const field = page.getByRole("main").getByRole("searchbox", { name: "찾을 말" });
  await field.fill("법랑 주전자");
  await field.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(page.getByRole("main").getByText("법랑 주전자 1.2L").first()).toBeVisible();
});

test("home shows no product twice", async ({ page }) => {
  await page.goto("/");
  const cards = await page.locator(".card-link").evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
  expect(cards.length).toBeGreaterThan(8);
  expect(cards).toEqual([...new Set(cards)]);
});

test("the sheet of filters says how many there would be @scripts", async ({ page, isMobile }) => {
  test.skip(!isMobile, "at a desk a ticked box applies at once");
  await page.goto("/category/kitchen");
  await page.getByRole("button", { name: /^필터/ }).click();
  const go = page.locator("#facets .go");
  await expect(go).toHaveText("적용하기");
  await page.locator("#facets").getByRole("checkbox").first().check();
  await expect(go).toHaveText(/^\d+개 보기$/);
  const many = await go.innerText();
  await go.click();
  await expect(page).toHaveURL(/(brand|option)=/);
  await expect(page.locator(".tally")).toHaveText(many.replace(" 보기", ""));

  await page.goto("/category/kitchen");
  await page.getByRole("button", { name: /^필터/ }).click();
  await page.getByLabel("가격, 얼마까지").fill("1");
  await page.getByLabel("가격, 얼마까지").blur();
  await expect(go).toHaveText("맞는 상품이 없어요");
});
