// Whoever lost the link finds an order or a reservation again, by its number and the code in the mail.

import { type Page } from "@playwright/test";
import { expect, test } from "../fixtures";

interface Words {
  prefix: string;
  way: string;
  title: string;
  number: string;
  code: RegExp;
  open: string;
  refused: RegExp;
  held: string | RegExp;
}

const KO: Words = {
  prefix: "",
  way: "주문·예약 찾기",
  title: "주문·예약 찾기",
  number: "주문·예약 번호",
  code: /픽업 코드/,
  open: "열기",
  refused: /일치하는 주문이나 예약이 없어요/,
  held: "맡아두었어요",
};

const EN: Words = {
  prefix: "/en",
  way: "Find an order",
  title: "Find an order",
  number: "Order or reservation number",
  code: /Pickup code/,
  open: "Open it",
  refused: /No order or reservation matches/,
  held: /held for you/,
};

async function ask(page: Page, say: Words, number: string, code: string): Promise<void> {
  await page.getByLabel(say.number).fill(number);
  await page.getByRole("textbox", { name: say.code }).fill(code);
  await page.getByRole("button", { name: say.open, exact: true }).click();
}

for (const [lang, say] of Object.entries({ ko: KO, en: EN })) {
  test(`found again by number and code, and by nothing less: ${lang}`, async ({ page, goods, partner, audit }) => {
    await partner.putOnShelf("seongsu", goods.second.sku, 8);
    const reservation = await partner.reserve("seongsu", goods.second.sku, 1);
    const order = await partner.order("seongsu", goods.second.sku);
    const [group] = order.groups;

    await page.goto(`${say.prefix}/stores/seongsu`);
    await page.getByRole("contentinfo").getByRole("link", { name: say.way }).click();
    await expect(page.getByRole("heading", { level: 1, name: say.title })).toBeVisible();
    await audit();

    // A code that is another's, one that is nobody's, and none: the same words for all, and nothing of it is told.
    for (const wrong of [group?.code ?? "", "AAAAAA", ""]) {
      const answer = page.waitForResponse((response) => response.request().method() === "POST");
      await ask(page, say, reservation.number, wrong);
      expect((await answer).status()).toBe(404);
      await expect(page.getByRole("alert")).toContainText(say.refused);
      await expect(page.getByLabel(say.number)).toHaveValue(reservation.number);
      await expect(page.getByRole("main")).not.toContainText(goods.second.ko);
    }
    await audit();

    // Typed from a phone's keyboard, with the spaces it adds.
    await ask(page, say, ` ${reservation.number.toLowerCase()} `, reservation.code.toLowerCase());
    await expect(page).toHaveURL(new RegExp(`${say.prefix}/reservations/${reservation.number}\\?t=`));
    await expect(page.getByRole("heading", { level: 1, name: say.held })).toBeVisible();

    await page.goto(`${say.prefix}/reservations`);
    await ask(page, say, order.number, group?.code ?? "");
    await expect(page).toHaveURL(new RegExp(`${say.prefix}/orders/${order.number}\\?t=`));
    await expect(page.getByRole("main")).toContainText(order.number);
  });
}
