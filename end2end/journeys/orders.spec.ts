// A shopper chooses how to get it, pays online, and the order goes through what happens to orders.

import { type Page } from "@playwright/test";
import { expect, makeMine, somebody, test } from "../fixtures";
import { type Good } from "../fixtures/goods";

/** From the product's page to the board of ways. */
async function toWays(page: Page, { slug, sku }: Good): Promise<void> {
  await page.goto(`/p/${slug}?sku=${sku}`);
  await page.getByRole("link", { name: /^결제하고 받기/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "어떻게 받으시겠어요?" })).toBeVisible();
}

async function take(page: Page, way: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: way }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "받는 분과 결제" })).toBeVisible();
}

async function fill(page: Page, who: { name: string; email: string }): Promise<void> {
  await page.getByLabel("이름", { exact: true }).fill(who.name);
  await page.getByLabel("이메일").fill(who.email);
}

async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: /결제하기/ }).last().click();
}

/** On the test provider's page. */
async function decide(page: Page, action: "pay" | "refuse" | "leave"): Promise<void> {
  await page.waitForURL(/\/pay\/test\//);
  await page.locator(`button[name=action][value=${action}]`).click();
  await page.waitForURL(/\/orders\/O-/);
}

/** The provider's word may come a moment after the shopper: the page shows it by itself, with or without scripts. */
async function expectTitle(page: Page, title: string): Promise<void> {
  await expect(async () => {
    if (!(await page.getByRole("heading", { level: 1, name: title }).isVisible())) await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible({ timeout: 1_500 });
  }).toPass({ timeout: 30_000 });
}

async function placed(page: Page, good: Good, way: string | RegExp = /매장 픽업/): Promise<void> {
  await toWays(page, good);
  await take(page, way);
  await fill(page, somebody());
  await send(page);
}

test("paid online, collected by code, given up with its money back", async ({ page, goods, partner, audit }) => {
  const { first } = goods;
  await partner.putOnShelf("seongsu", first.sku, 5);
  await makeMine(page, "seongsu");
  await toWays(page, first);
  const board = page.getByRole("region", { name: /성수점/ });
  await expect(board).toContainText("고른 매장");
  await expect(board.getByRole("button", { name: /차에서 받기/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "집으로" }).getByRole("button", { name: /집으로 배송/ })).toBeVisible();
  await audit();

  await take(page, /매장 픽업/);
  await audit();
  // What is wrong is said at its field, and what was typed stays.
  await page.getByLabel("이메일").fill("민지@");
  await send(page);
  const name = page.getByLabel("이름", { exact: true });
  await expect(name).toHaveAccessibleDescription(/이름을 적어 주세요/);
  await expect(page.getByLabel("이메일")).toHaveAccessibleDescription(/이메일 주소가 아니에요/);
  await expect(page.getByLabel("이메일")).toHaveValue("민지@");
  await audit();

  // Another way, and nothing is typed twice.
  const who = somebody();
  await fill(page, who);
  await page.getByRole("button", { name: "받는 방법 바꾸기" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "어떻게 받으시겠어요?" })).toBeVisible();
  await take(page, /매장 픽업/);
  await expect(name).toHaveValue(who.name);
  await expect(page.getByLabel("이메일")).toHaveValue(who.email);
  await send(page);

  await decide(page, "pay");
  await expectTitle(page, "결제됐어요. 준비를 시작할게요");
  await expect(page.getByText(/코드\s*[0-9A-Z]{3} [0-9A-Z]{3}/)).toBeVisible();
  await expect(page.getByRole("img", { name: "픽업 QR 코드" })).toBeVisible();
  await expect(page.getByRole("region", { name: "결제" })).toContainText("시험 결제로 결제");
  await audit();

  const order = page.url();
  await page.getByRole("link", { name: "영수증" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "영수증" })).toBeVisible();
  await expect(page.getByRole("table").first()).toContainText(first.ko);
  await audit();

  await page.goto(order);
  const calendar = await page.getByRole("link", { name: "달력에 추가" }).getAttribute("href");
  expect(await (await page.request.get(calendar ?? "")).text()).toContain("BEGIN:VEVENT");
  await page.getByText("주문 취소", { exact: true }).click();
  await page.getByRole("button", { name: "네, 취소하고 환불받을게요" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "주문을 취소했어요" })).toBeVisible();
  await expect(page.getByRole("img", { name: "픽업 QR 코드" })).toHaveCount(0);
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("region", { name: "결제" })).toContainText("환불", { timeout: 1_500 });
  }).toPass({ timeout: 30_000 });
  await page.goto(`/p/${first.slug}?sku=${first.sku}`);
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 5개" })).toBeVisible();
});

test("a refused payment is told, and paid at the second try", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 5);
  await makeMine(page, "seongsu");
  await placed(page, goods.first);
  await decide(page, "refuse");
  await expectTitle(page, "결제가 되지 않았어요");
  await expect(page.getByText(/^\d+:\d\d$/)).toBeVisible();
  await audit();
  await page.getByRole("button", { name: /결제하기/ }).click();
  await decide(page, "pay");
  await expectTitle(page, "결제됐어요. 준비를 시작할게요");
});

test("whoever leaves finds it held, holds it longer once, and gives it up", async ({ page, goods, partner, audit }) => {
  const { second } = goods;
  await partner.putOnShelf("seongsu", second.sku, 4);
  await makeMine(page, "seongsu");
  await placed(page, second);
  await decide(page, "leave");
  await expect(page.getByRole("heading", { level: 1, name: /선반에서 잡아 두었어요|결제가 되지 않았어요/ })).toBeVisible();
  await expect(page.getByRole("img", { name: "픽업 QR 코드" })).toHaveCount(0);
  await audit();
  const extend = page.getByRole("button", { name: "10분 더 잡아 두기" });
  await extend.click();
  await expect(extend).toHaveCount(0);
  await page.getByText("주문 취소", { exact: true }).click();
  await page.getByRole("button", { name: "네, 취소할게요" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "주문을 취소했어요" })).toBeVisible();
  await expect(page.getByText("빠져나간 돈은 없어요.")).toBeVisible();
  await page.goto(`/p/${second.slug}?sku=${second.sku}`);
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 4개" })).toBeVisible();
});

test("paid at the counter needs no provider", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 4);
  await makeMine(page, "seongsu");
  await toWays(page, goods.second);
  await take(page, /매장 픽업/);
  await fill(page, somebody());
  await page.getByLabel(/매장에서 계산/).check();
  await page.locator("button.go[value=place]").click();
  await expect(page.getByRole("heading", { level: 1, name: "맡아두었어요" })).toBeVisible();
  await expect(page.getByText(/코드\s*[0-9A-Z]{3} [0-9A-Z]{3}/)).toBeVisible();
});

test("to the car: on the way, then here", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 5);
  await makeMine(page, "seongsu");
  await placed(page, goods.first, /차에서 받기/);
  await decide(page, "pay");
  await expectTitle(page, "결제됐어요. 준비를 시작할게요");
  await page.getByRole("button", { name: "지금 출발해요" }).click();
  await expect(page.getByText(/출발을 알렸어요/)).toBeVisible();
  await page.getByLabel("차", { exact: true }).fill("흰색 아반떼 1234");
  await page.getByLabel("주차 칸").fill("B3");
  await page.getByRole("button", { name: "도착했어요" }).click();
  await expect(page.getByText(/도착을 알렸어요/)).toBeVisible();
  await expect(page.getByLabel("주차 칸")).toHaveValue("B3");
  await audit();
});

test("brought home: the address is asked for, and kept", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 5);
  await makeMine(page, "seongsu");
  await toWays(page, goods.first);
  await take(page, /집으로 배송/);
  const who = somebody();
  await fill(page, who);
  await page.getByLabel("우편번호").fill("04781");
  // What it costs to be brought there is told before anything else is typed, and why.
  await page.getByRole("button", { name: "이 주소의 배송비와 도착 시각 보기" }).click();
  await expect(page.locator(".brought")).toContainText(/배송비 .*까지 도착/);
  await expect(page.getByLabel("이메일")).toHaveValue(who.email);
  await page.getByText("다른 지역은 얼마인가요?").click();
  await expect(page.locator(".brought").getByText("그 밖의 지역").last()).toBeVisible();
  await send(page);
  await expect(page.getByLabel("도로명 주소")).toHaveAccessibleDescription(/주소를 적어 주세요/);
  await expect(page.getByLabel("우편번호")).toHaveValue("04781");
  await audit();
  await page.getByLabel("도로명 주소").fill("서울 성동구 왕십리로 83");
  await send(page);
  // A fee that the postcode made another is shown before it is paid.
  if (page.url().endsWith("/checkout")) await send(page);
  await decide(page, "pay");
  await expectTitle(page, "결제됐어요. 준비를 시작할게요");
  await expect(page.getByText(/왕십리로 83/)).toBeVisible();

  // Nobody shows a code at a door: without its link it is found by its number and where its owner is told.
  const number = /O-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(page.url())?.[0] ?? "";
  await page.goto("/reservations");
  await page.getByLabel("주문·예약 번호").fill(number);
  await page.getByLabel("픽업 코드나").fill("somebody-else@example.kr");
  await page.getByRole("button", { name: "열기", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("모두 일치하는 주문이나 예약이 없어요");
  await page.getByLabel("픽업 코드나").fill(who.email);
  await page.getByRole("button", { name: "열기", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "결제됐어요. 준비를 시작할게요" })).toBeVisible();
});

test("another time and somebody else to collect it", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 5);
  await makeMine(page, "seongsu");
  await placed(page, goods.first);
  await decide(page, "pay");
  await expectTitle(page, "결제됐어요. 준비를 시작할게요");
  await page.getByText("다른 분이 대신 받아 가요").click();
  await page.getByLabel("대신 오시는 분의 이름").fill("이서준");
  await page.getByRole("button", { name: "이 분도 받아 갈 수 있게 하기" }).click();
  await expect(page.getByText("이서준 님도 받아 갈 수 있어요")).toBeVisible();

  await page.getByRole("link", { name: /바꾸기$/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "주문 바꾸기" })).toBeVisible();
  await audit();
  // Each way says what it costs beside what was paid, and the page what becomes of the money.
  await expect(page.getByText(/더 드는 만큼은 먼저 결제하시고/)).toBeVisible();
  const ways = page.getByRole("group", { name: /^어디서, 어떻게/ });
  await expect(ways.locator("label").filter({ hasText: "차에서 받기" }).first()).toContainText("차액 없음");
  const home = ways.locator("label").filter({ hasText: "집으로 배송" });
  await expect(home).toContainText("주소를 적으면 정해져요");
  await home.getByRole("radio").check();
  await page.getByLabel("우편번호").fill("04781");
  await page.getByRole("button", { name: "이 주소로 얼마인지 보기" }).click();
  await expect(home).toContainText(/₩[\d,]+ 더 결제|차액 없음/);
  await expect(home.getByRole("radio")).toBeChecked();
  await ways.getByRole("radio", { name: /지금 그대로/ }).check();
  // A step is shown and priced, and saves nothing.
  await page.getByRole("button", { name: `${goods.first.ko} 하나 더` }).click();
  await expect(page.getByRole("textbox", { name: goods.first.ko })).toHaveValue("2");
  await expect(ways.locator("label").filter({ hasText: "지금 그대로" })).toContainText(/₩[\d,]+ 더 결제/);
  await page.getByRole("button", { name: `${goods.first.ko} 하나 빼기` }).click();
  await expect(page.getByRole("textbox", { name: goods.first.ko })).toHaveValue("1");
  const times = page.getByRole("group", { name: "언제 오시나요?" }).getByRole("radio");
  await times.nth(2).check();
  await page.getByRole("button", { name: "이렇게 바꾸기" }).click();
  await expect(page.getByText("방문 시간")).toBeVisible();
});

test("nobody else's order is opened", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 4);
  await makeMine(page, "seongsu");
  await placed(page, goods.second);
  await decide(page, "leave");
  const order = new URL(page.url());
  for (const address of [order.pathname, `${order.pathname}?t=`, `${order.pathname}/receipt${order.search}`, `${order.pathname}/change?t=x`]) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBe(404);
  }
});

test("a thing's name has room on the narrowest phone, and with large letters @once", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 5);
  const { number, token } = await partner.order("seongsu", goods.first.sku);
  const width = async () => (await page.locator(".held-what").first().boundingBox())?.width;
  await page.setViewportSize({ width: 320, height: 800 });
  await page.goto(`/orders/${number}?t=${token}`);
  expect(await width()).toBeGreaterThan(150);
  const browser = await page.context().newCDPSession(page);
  await browser.send("Page.setFontSizes", { fontSizes: { standard: 32 } });
  await page.setViewportSize({ width: 390, height: 800 });
  await expect.poll(width).toBeGreaterThan(200);
});
