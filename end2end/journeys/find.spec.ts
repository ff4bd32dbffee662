// A shopper finds a product, whatever way they ask for it, and sees it as it stands at their store.

import { type Page } from "@playwright/test";
import { expect, makeMine, settled, test } from "../fixtures";

const KETTLE = "법랑 주전자 1.2L";

async function search(page: Page, words: string): Promise<void> {
  await page.getByRole("combobox", { name: "상품 검색" }).fill(words);
  await page.getByRole("combobox", { name: "상품 검색" }).press("Enter");
}

test("from home, by a word typed wrong, to the product", async ({ page, audit }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await audit();

  // A desk has a large field of its own; on a phone the one in the bar is as near.
  const large = page.getByRole("searchbox", { name: "찾을 상품" });
  const field = (await large.isVisible()) ? large : page.getByRole("combobox", { name: "상품 검색" });
  await field.fill("법랑 주전저");
  await field.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(page.getByRole("link", { name: KETTLE })).toBeVisible();
  await audit();

  await page.getByRole("link", { name: KETTLE }).click();
  await expect(page.getByRole("heading", { level: 1, name: KETTLE })).toBeVisible();
  await expect(page.getByRole("article", { name: "매장 재고" })).toBeVisible();
});

for (const [way, words] of [
  ["its first consonants", "ㅂㄹㅈㅈㅈ"],
  ["a part of a word", "주전"],
  ["an unfinished syllable", "법랑 주ㅈ"],
  ["the barcode", "8800001003374"],
  ["the number on its label", "JJ-KT-0120-MO"],
  ["its English name", "enamel kettle"],
] as const) {
  test(`by ${way}`, async ({ page }) => {
    await page.goto("/");
    await search(page, words);
    await expect(page.getByRole("main").getByText(KETTLE).first()).toBeVisible();
  });
}

test("a search that finds nothing leads on", async ({ page }) => {
  await page.goto("/");
  await search(page, "쿼카쿼카");
  await expect(page.getByText("찾지 못했어요")).toBeVisible();
  await expect(page.getByRole("searchbox", { name: "찾을 말" })).toHaveValue("쿼카쿼카");
  await expect(page.getByRole("heading", { name: "이런 선반도 있어요" })).toBeVisible();
});

test("suggestions are walked through by keyboard @scripts", async ({ page }) => {
  await page.goto("/");
  const field = page.getByRole("combobox", { name: "상품 검색" });
  // Touching the field is what wakes it.
  await field.focus();
  await expect(page.locator("html.awake")).toBeAttached();
  await field.pressSequentially("법랑");
  const list = page.getByRole("listbox", { name: "검색 제안" });
  await expect(list.getByRole("option").first()).toBeVisible();
  await expect(field).toHaveAttribute("aria-expanded", "true");
  await field.press("ArrowDown");
  await expect(list.getByRole("option", { selected: true })).toHaveCount(1);
  await field.press("Escape");
  await expect(field).toHaveAttribute("aria-expanded", "false");
  await field.pressSequentially(" 주");
  await expect(list.getByRole("option").first()).toBeVisible();
  await field.press("ArrowDown");
  await field.press("Enter");
  await expect(page).toHaveURL(/\/p\//);
});

test("suggestions that come once the field is left are not shown @scripts", async ({ page }) => {
  await page.goto("/");
  const field = page.getByRole("combobox", { name: "상품 검색" });
  await field.focus();
  await expect(page.locator("html.awake")).toBeAttached();
  await page.route(/\/suggest\?/, async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });
  for (const leave of [() => field.press("Escape"), () => field.blur()]) {
    const asked = page.waitForRequest(/\/suggest\?/);
    const answered = page.waitForResponse(/\/suggest\?/);
    await field.pressSequentially("법랑");
    await asked;
    await leave();
    await (await answered).finished();
    await settled(page);
    await expect(field).toHaveAttribute("aria-expanded", "false");
    await expect(page.locator("#suggestions")).toBeHidden();
  }
});

test("a list is narrowed by option and price, and put in order", async ({ page, isMobile, audit }) => {
  await page.goto("/category/kettles");
  const all = await page.getByRole("region", { name: "상품" }).getByRole("listitem").count();
  if (isMobile) await page.getByRole("button", { name: /^필터/ }).click();
  await audit();
  await page.getByRole("checkbox", { name: /이끼색/ }).first().check();
  // At a desk a ticked box applies at once; on a phone one says when one is done.
  if (isMobile) await page.getByRole("button", { name: /^(적용하기|\d+개 보기)$/ }).click();
  await expect(page).toHaveURL(/option=/);
  const chosen = page.getByRole("list", { name: "고른 조건" });
  await expect(chosen.getByRole("link", { name: /이끼색.* 빼기/ })).toBeVisible();
  await expect(page.getByRole("link", { name: KETTLE })).toBeVisible();
  expect(await page.getByRole("region", { name: "상품" }).getByRole("listitem").count()).toBeLessThan(all);
  await audit();

  await page.goto("/products?from=10000&to=20000");
  await page.getByRole("navigation", { name: "정렬" }).getByRole("link", { name: "낮은 가격순" }).click();
  await expect(page).toHaveURL(/sort=/);
  const texts = await page.locator(".card-price").allInnerTexts();
  const prices = texts.map((text) => Number((/₩([\d,]+)/.exec(text)?.[1] ?? "").replaceAll(",", "")));
  expect(prices.length).toBeGreaterThan(3);
  expect(prices).toEqual([...prices].sort((one, other) => one - other));
  expect(prices.every((price) => price <= 20_000)).toBe(true);
});

test("a price is typed in peace and applies when the hand has left both numbers @scripts", async ({ page, isMobile }) => {
  test.skip(isMobile, "on a phone the button applies it");
  await page.goto("/products");
  const from = page.getByLabel("가격, 얼마부터");
  const to = page.getByLabel("가격, 얼마까지");
  await from.focus();
  await page.keyboard.type("10000");
  await page.keyboard.press("Tab");
  await expect(to).toBeFocused();
  await page.keyboard.type("20000");
  expect(new URL(page.url()).search).toBe("");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/from=10000&to=20000/);
  await expect(to).toBeFocused();
  await expect(from).toHaveValue("10000");

  // An answer that comes while something else is typed takes neither the words nor the hand away.
  await page.route(/\/products\?/, async (route) => {
    await new Promise((done) => setTimeout(done, 700));
    await route.continue();
  });
  await page.locator("#facets").getByRole("checkbox").first().check();
  await from.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await expect(page).toHaveURL(/(brand|option)=/);
  await expect(from).toBeFocused();
  await page.keyboard.press("Backspace");
  await expect(from).toHaveValue("100");
  await expect(to).toHaveValue("20000");
  await to.focus();
  await to.blur();
  await expect(page).toHaveURL(/from=100&/);
});

test("filters that leave nothing say so, and going back brings the list @scripts", async ({ page, isMobile }) => {
  test.skip(isMobile, "on a phone the button says so");
  await page.goto("/products");
  await page.getByLabel("가격, 얼마부터").fill("99999999");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "모두 맞는 것이 없어요" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await page.goBack();
  await expect(page.locator(".tally")).toBeVisible();
});

test("my store is remembered, and speaks on every page", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 4);
  await partner.putOnShelf("seongsu", goods.second.sku, 0);
  await makeMine(page, "seongsu");

  await page.goto(`/p/${goods.first.slug}?sku=${goods.first.sku}`);
  await expect(page.getByRole("banner").getByRole("link", { name: /성수점/ })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 4개" })).toBeVisible();

  await page.goto("/");
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 지금" })).toBeVisible();

  await page.goto(`/search?q=${encodeURIComponent(goods.first.ko)}`);
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: goods.first.ko, exact: true }) });
  await expect(card).toContainText("성수점");
  await expect(card).toContainText("4개");

  await page.goto(`/search?q=${encodeURIComponent(goods.second.sku)}`);
  await page.goto("/products");
  await page.getByRole("link", { name: /성수점에 있는 것만/ }).click();
  await expect(page).toHaveURL(/store=seongsu/);
  await expect(page.getByRole("list", { name: "고른 조건" })).toContainText("성수점에 있음");
});

test("options lead to their variants", async ({ page }) => {
  await page.goto("/p/enamel-kettle");
  await page.getByRole("navigation", { name: "색" }).getByRole("link", { name: "먹색" }).click();
  await expect(page).toHaveURL(/sku=JJ-KT-0120-IN/);
  await expect(page.getByRole("navigation", { name: "색" }).getByRole("link", { name: "먹색" })).toHaveAttribute("aria-current", "true");
  await expect(page.getByText("JJ-KT-0120-IN")).toBeVisible();
});
