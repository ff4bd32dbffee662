// The basket's answer stands at the foot of every page: which store has all of it, and with this product, too.

import { expect, makeMine, test } from "../fixtures";

test("which store has the whole basket is told on every page", async ({ page, goods, partner, javaScriptEnabled, audit }) => {
  const { first, second } = goods;
  await partner.putOnShelf("seongsu", first.sku, 6);
  await partner.putOnShelf("seongsu", second.sku, 6);
  await makeMine(page, "seongsu");
  const strip = page.getByRole("complementary", { name: "장바구니" });

  await page.goto("/category/kitchen");
  await expect(strip).toHaveCount(0);
  await page.goto(`/p/${first.slug}?sku=${first.sku}`);
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await page.goto("/category/kitchen");
  await expect(strip).toContainText(javaScriptEnabled ? /장바구니 1가지.*에 모두 · .*준비/ : "어느 매장에 다 있을까요?");
  await audit();

  // What the page is about counts as if it were in the basket.
  await page.goto(`/en/p/${second.slug}?sku=${second.sku}`);
  const english = page.getByRole("complementary", { name: "Basket" });
  await expect(english).toContainText(javaScriptEnabled ? /With this, 2 things.*all at .*, ready/ : "1 item in your basket");
  await english.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "Basket", exact: true })).toBeVisible();
  await expect(english).toHaveCount(0);
});

test("a basket that was emptied in another tab is spoken of no more @scripts", async ({ page, context, goods, partner }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 6);
  await page.goto(`/p/${slug}?sku=${sku}`);
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await page.goto("/category/kitchen");
  const strip = page.getByRole("complementary", { name: "장바구니" });
  await expect(strip).toContainText("장바구니 1가지");
  const other = await context.newPage();
  await other.goto("/basket");
  await other.getByRole("button", { name: `${goods.first.ko} 빼기` }).click();
  await expect(other.getByRole("heading", { level: 1, name: "장바구니가 비어 있어요" })).toBeVisible();
  await other.close();
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(strip).toHaveCount(0);
  await expect(page.getByRole("banner").getByRole("link", { name: "장바구니", exact: true })).toBeVisible();
});

test("a phone's first screen has the way to the shelf and to the basket", async ({ page, goods, partner, isMobile }) => {
  test.skip(!isMobile, "a desk has the room");
  const { first } = goods;
  await partner.putOnShelf("seongsu", first.sku, 6);
  await makeMine(page, "seongsu");
  await page.goto(`/p/${first.slug}?sku=${first.sku}`);
  const basket = page.getByRole("button", { name: "장바구니에 담기" });
  const shelf = page.getByRole("button", { name: /^성수점에 맡아두기/ });
  await expect(basket).toBeInViewport({ ratio: 1 });
  await expect(shelf).toBeInViewport({ ratio: 1 });
  // Neither hides the other, and the basket's answer takes the place of its button.
  const above = await shelf.boundingBox();
  expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual((await basket.boundingBox())?.y ?? 0);
  await basket.click();
  await page.goto(`/p/${first.slug}?sku=${first.sku}`);
  await expect(page.getByRole("complementary", { name: "장바구니" })).toBeInViewport();
  await expect(basket).not.toBeInViewport();
});
