// What is chosen and where the focus is can be seen in any colours: the browser's own, and the dark ones.

import { type Locator } from "@playwright/test";
import { expect, makeMine, test } from "../fixtures";

async function border(element: Locator): Promise<string> {
  return element.first().evaluate((own) => getComputedStyle(own).borderTopWidth);
}

test("what is chosen is seen where colours are forced @once", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 5);
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto("/stores?open_now=1");
  expect(await border(page.locator('.store-chip[aria-pressed="true"]'))).toBe("4px");
  expect(await border(page.locator('.store-chip[aria-pressed="false"]'))).toBe("1px");
  await makeMine(page, "seongsu");
  await page.goto("/products");
  expect(await border(page.locator(".switch i"))).toBe("1px");
  await page.goto(`/checkout?sku=${goods.first.sku}&store=seongsu&way=collect`);
  expect(await border(page.locator(".time-chip :checked + span"))).toBe("4px");
  expect(await border(page.locator(".time-chip :not(:checked) + span"))).toBe("1px");
  // The audit that follows is one of our colours.
  await page.emulateMedia({ forcedColors: "none" });
});

test("the focus is seen in the dark on the large field's button @once", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/");
  await page.getByRole("searchbox", { name: "찾을 상품" }).focus();
  await page.keyboard.press("Tab");
  const button = page.locator(".find-big button");
  await expect(button).toBeFocused();
  const [ring, words] = await button.evaluate((own) => [getComputedStyle(own).outlineColor, getComputedStyle(own).color]);
  expect(ring).toBe(words);
});
