// A shopper has something held at a store, and gives it up again.

import { type Page } from "@playwright/test";
import { expect, makeMine, somebody, test } from "../fixtures";

const HELD = "맡아두었어요";

/** From the product's page to the form. */
async function toForm(page: Page, slug: string, sku: string, store: string): Promise<void> {
  await page.goto(`/p/${slug}?sku=${sku}`);
  await page.getByRole("button", { name: `${store}에 맡아두기` }).click();
  await expect(page.getByRole("heading", { level: 1, name: `${store}에 맡아두기` })).toBeVisible();
}

async function send(page: Page, store: string): Promise<void> {
  await page.getByRole("button", { name: `${store}에 맡아두기` }).click();
}

async function fill(page: Page, who: { name: string; email: string }): Promise<void> {
  await page.getByLabel("받으러 오시는 분").fill(who.name);
  await page.getByLabel("이메일").fill(who.email);
}

test("from the shelf to a code, and back to the shelf", async ({ page, goods, partner, audit }) => {
  const { slug, sku, ko } = goods.first;
  await partner.putOnShelf("seongsu", sku, 3);
  await makeMine(page, "seongsu");
  await toForm(page, slug, sku, "성수점");
  await audit();

  // What is wrong is said at its field, and what was typed stays.
  await page.getByLabel("수량").fill("2");
  await page.getByLabel("이메일").fill("민지@");
  await page.getByLabel("휴대전화").fill("010-1234-5678");
  await send(page, "성수점");
  const name = page.getByLabel("받으러 오시는 분");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/이름을 적어 주세요/);
  await expect(page.getByLabel("이메일")).toHaveAccessibleDescription(/이메일 주소가 아니에요/);
  await expect(page.getByLabel("이메일")).toHaveValue("민지@");
  await expect(page.getByLabel("휴대전화")).toHaveValue("010-1234-5678");
  await expect(page.getByLabel("수량")).toHaveValue("2");
  await audit();

  const who = somebody();
  await page.getByLabel("휴대전화").fill("");
  await fill(page, who);
  await send(page, "성수점");
  await expect(page.getByRole("heading", { level: 1, name: HELD })).toBeVisible();
  await expect(page).toHaveURL(/\/reservations\/R-[0-9A-Z]{4}-[0-9A-Z]{4}\?t=/);
  await expect(page.getByText(/코드\s*[0-9A-Z]{3} [0-9A-Z]{3}/)).toBeVisible();
  await expect(page.getByRole("img", { name: "이 예약의 QR 코드" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(who.name);
  await expect(page.getByRole("main")).toContainText(ko);
  await expect(page.getByRole("navigation", { name: "성수점 길찾기" }).getByRole("link", { name: /네이버/ })).toBeVisible();
  await audit();

  const calendar = await page.getByRole("link", { name: "달력에 추가" }).getAttribute("href");
  const file = await page.request.get(calendar ?? "");
  expect(file.headers()["content-type"]).toContain("text/calendar");
  const text = await file.text();
  expect(text).toContain("BEGIN:VEVENT");
  expect(text.replace(/\r\n[ \t]/g, "")).toContain("성수점");

  const reservation = page.url();
  await page.goto(`/p/${slug}?sku=${sku}`);
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 1개" })).toBeVisible();

  await page.goto(reservation);
  await page.getByText("예약 취소", { exact: true }).click();
  await audit();
  await page.getByRole("button", { name: "네, 취소할게요" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "예약을 취소했어요" })).toBeVisible();
  await expect(page.getByRole("img", { name: "이 예약의 QR 코드" })).toHaveCount(0);
  await audit();
  await page.goto(`/p/${slug}?sku=${sku}`);
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 3개" })).toBeVisible();
});

test("somebody takes the last one first: another store is offered, and nothing is typed twice", async ({ page, goods, partner, audit }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 1);
  await partner.putOnShelf("seoulforest", sku, 5);
  await makeMine(page, "seongsu");
  await toForm(page, slug, sku, "성수점");
  const who = somebody("이서준");
  await fill(page, who);
  await partner.reserve("seongsu", sku, 1);
  await send(page, "성수점");

  const notice = page.getByRole("alert");
  await expect(notice).toContainText("성수점 선반에 그만큼은 없어요");
  await expect(page.getByLabel("받으러 오시는 분")).toHaveValue(who.name);
  await expect(page.getByLabel("이메일")).toHaveValue(who.email);
  await audit();

  const offer = notice.getByRole("button", { name: /에 맡아두기/ }).first();
  const store = (/(\S+)에 맡아두기/.exec(await offer.innerText()) ?? [])[1] ?? "";
  await offer.click();
  await expect(page.getByRole("heading", { level: 1, name: HELD })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: store })).toBeVisible();
});

test("fewer are there than wanted: what is there can be had", async ({ page, goods, partner }) => {
  const { slug, sku } = goods.second;
  await partner.putOnShelf("seongsu", sku, 2);
  await makeMine(page, "seongsu");
  await toForm(page, slug, sku, "성수점");
  await page.getByLabel("수량").fill("3");
  await fill(page, somebody());
  await send(page, "성수점");
  await expect(page.getByRole("alert")).toContainText("2개 남음 (3개 필요)");
  await page.getByRole("button", { name: "있는 만큼만 맡아두기" }).click();
  await expect(page.getByRole("heading", { level: 1, name: HELD })).toBeVisible();
  await expect(page.getByRole("region", { name: "맡아둔 것" })).toContainText("2개");
});

test("on paper stands what the counter needs, in black on white", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 5);
  const { number, token, code } = await partner.reserve("seongsu", goods.second.sku, 1);
  await page.goto(`/reservations/${number}?t=${token}`);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByText(`${code.slice(0, 3)} ${code.slice(3)}`)).toBeVisible();
  await expect(page.getByRole("img", { name: "이 예약의 QR 코드" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: "성수점" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(goods.second.ko);
  await expect(page.getByRole("heading", { level: 1 })).toHaveCSS("color", "rgb(0, 0, 0)");
  for (const onScreen of ["banner", "contentinfo", "button"] as const) {
    await expect(page.getByRole(onScreen).filter({ visible: true }), onScreen).toHaveCount(0);
  }
  await expect(page.getByRole("link", { name: "달력에 추가" })).toBeHidden();
  await page.emulateMedia({ media: "screen", colorScheme: "light" });
});

test("nobody else's reservation is opened", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 5);
  const one = await partner.reserve("seongsu", goods.second.sku, 1);
  const other = await partner.reserve("seongsu", goods.second.sku, 1);
  for (const address of [
    `/reservations/${one.number}`,
    `/reservations/${one.number}?t=${other.token}`,
    `/reservations/${one.number}?t=`,
    `/reservations/${one.number}/calendar.ics?t=${other.token}`,
  ]) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBe(404);
    await expect(page.getByRole("heading", { level: 1, name: "이 선반은 비어 있어요" })).toBeVisible();
    await expect(page.locator("body")).not.toContainText(one.code);
  }
  const answer = await page.goto(`/reservations/${one.number}?t=${one.token}`);
  expect(answer?.status()).toBe(200);
});

test("a reservation is found again by its number and code", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 5);
  const { number, code } = await partner.reserve("seongsu", goods.second.sku, 1);
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "주문·예약 찾기" }).click();
  await page.getByLabel("주문·예약 번호").fill(number);
  await page.getByLabel("픽업 코드").fill("AAAAAA");
  await page.getByRole("button", { name: "열기", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("모두 일치하는 주문이나 예약이 없어요");
  await expect(page.getByLabel("주문·예약 번호")).toHaveValue(number);
  await audit();
  await page.getByLabel("픽업 코드").fill(code.toLowerCase());
  await page.getByRole("button", { name: "열기", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: HELD })).toBeVisible();
});
