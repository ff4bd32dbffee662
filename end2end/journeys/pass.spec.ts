// The pass: somebody is sent and collects, and the counter goes on while its network is away.

import { type BrowserContext, type Locator, type Page } from "@playwright/test";
import { expect, signIn, test } from "../fixtures";
import { type Good } from "../fixtures/goods";
import { type Ordered, type Partner } from "../fixtures/partner";

const BOARD = "/staff/seongsu";
const FIELD = "픽업 코드나 예약 번호";

/** An order paid at the counter, from a shopper's phone somewhere. */
async function ordered(partner: Partner, good: Good, way = "collect"): Promise<Ordered> {
  await partner.putOnShelf("seongsu", good.sku, 6);
  return partner.order("seongsu", good.sku, way);
}

const owners = ({ number, token }: Ordered) => `/orders/${number}?t=${token}`;

/** Names somebody on the order's page, and answers the link one would send them. */
async function send(page: Page, order: Ordered, name: string): Promise<string> {
  await page.goto(owners(order));
  await page.getByText("다른 분이 대신 받아 가요").click();
  await page.getByLabel("대신 오시는 분의 이름").fill(name);
  await page.getByRole("button", { name: "이 분도 받아 갈 수 있게 하기" }).click();
  await expect(page.getByText(`${name} 님도 받아 갈 수 있어요`)).toBeVisible();
  return page.getByLabel("이 링크를 보내 주세요").inputValue();
}

/** What stands in the QR is the signed pass; the code beside it is read out. */
async function codeOn(page: Page): Promise<string> {
  const text = (await page.locator(".ticket-code").innerText()).replace(/코드|\s/g, "");
  expect(text).toMatch(/^[0-9A-Z]{7}$/);
  return text;
}

async function seek(page: Page, typed: string): Promise<void> {
  await page.getByLabel(FIELD).fill(typed);
  await page.getByLabel(FIELD).press("Enter");
}

const found = (page: Page): Locator => page.getByRole("article", { name: "찾은 예약" });

async function elsewhere(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

test("somebody is sent, shows their code, and collects once", async ({ page, context, goods, partner, audit }) => {
  const order = await ordered(partner, goods.first);
  const link = await send(page, order, "이서준");
  await audit();
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1, name: "이서준 님, 대신 받아 주세요" })).toBeVisible();
  await expect(page.getByRole("img", { name: "픽업 QR 코드" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: "성수점" })).toBeVisible();
  await expect(page.getByText(goods.first.ko)).toBeVisible();
  await expect(page.getByRole("navigation", { name: "성수점 길찾기" })).toBeVisible();
  for (const secret of [order.number, order.groups[0]?.id ?? "", "example.com", "취소", "김민지"]) {
    await expect(page.getByRole("main")).not.toContainText(secret);
  }
  await audit();
  const code = await codeOn(page);

  const counter = await elsewhere(context, BOARD);
  await signIn(counter, "seongsu", BOARD);
  await seek(counter, `${code.slice(0, 3).toLowerCase()} ${code.slice(3)}`);
  await expect(found(counter)).toContainText("이서준 님이 대신 받으러 오셨어요");
  await found(counter).getByRole("button", { name: "계산 확인하고 건네기" }).click();
  await expect(found(counter)).toHaveCount(0);
  await seek(counter, code);
  await expect(counter.getByRole("alert")).toContainText("이미 쓴 패스예요");
  await counter.close();

  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "받아 가셨어요" })).toBeVisible();
  await page.goto(owners(order));
  await expect(page.getByRole("region", { name: "받아 갈 수 있는 사람" })).toContainText(/이서준 님.*받아 갔어요/);
});

test("a link is renewed and taken back, and opens nothing more", async ({ page, goods, partner, audit }) => {
  const order = await ordered(partner, goods.second);
  const first = await send(page, order, "이서준");
  await page.getByRole("button", { name: "새 링크로 바꾸기" }).click();
  const field = page.getByLabel("이 링크를 보내 주세요");
  await expect(field).not.toHaveValue(first);
  const second = await field.inputValue();
  expect((await page.goto(first))?.status()).toBe(410);
  await expect(page.getByText("새 링크가 만들어졌어요")).toBeVisible();
  await page.goto(second);
  const code = await codeOn(page);
  await page.goto(owners(order));
  await page.getByRole("button", { name: "링크 취소하기" }).click();
  await expect(page.getByText(/직접 취소했어요/)).toBeVisible();
  await expect(page.getByText(/새 링크로 바꿨어요/)).toBeVisible();
  await audit();
  expect((await page.goto(second))?.status()).toBe(410);
  await expect(page.getByRole("heading", { level: 1, name: "더는 쓸 수 없는 링크예요" })).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(goods.second.ko);
  await audit();
  await signIn(page, "seongsu", BOARD);
  await seek(page, code);
  await expect(page.getByRole("alert")).toContainText("회수했거나 취소된 패스예요");
});

test("away from the network a pass is checked, handed over and written down later @scripts", async ({
  page,
  context,
  goods,
  partner,
  audit,
  watchdog,
}) => {
  const order = await ordered(partner, goods.first);
  const { pass = "", code = "" } = order.groups[0] ?? {};
  await signIn(page, "seongsu", BOARD);
  await expect(page.getByText(`${code.slice(0, 3)} ${code.slice(3)}`).first()).toBeAttached();
  await expect(page.locator("[data-link=live]")).toBeAttached({ timeout: 15_000 });
  const said = page.locator("#counter [role=status]");
  await watchdog.without(async () => {
    await context.setOffline(true);
    // In the middle of the signature: its last byte is nought in one of sixteen.
    const other = pass.at(-40) === "A" ? "B" : "A";
    await seek(page, `${pass.slice(0, -40)}${other}${pass.slice(-39)}`);
    await expect(said).toContainText("우리 가게에서 만든 패스가 아니에요");
    await seek(page, code);
    await expect(said).toContainText("코드는 확인할 수 없어요");
    await seek(page, pass);
    await expect(said).toContainText(/진짜 패스예요\. 성수점, .*까지/);
    // What the board last knew: for whom it is, and what.
    await expect(said).toContainText("김민지");
    await expect(said).toContainText(goods.first.ko);
    await audit();
    await said.getByRole("button", { name: "건넸어요" }).click();
    await expect(page.getByRole("region", { name: "이 기기에서 확인하고 건넨 것" })).toContainText("기록을 기다려요");
    await audit();
    await seek(page, pass);
    await expect(said).toContainText("이미 건넨 패스예요");
    await context.setOffline(false);
    await expect(page.locator("#counter li")).toHaveCount(0, { timeout: 20_000 });
    await expect(page.locator("[data-link=live]")).toBeAttached({ timeout: 15_000 });
  });
  // Written down: the order's owner sees it, and the pass opens nothing here or anywhere.
  const owner = await elsewhere(context, owners(order));
  await expect(owner.getByRole("heading", { level: 1 })).toContainText("모두 받으셨어요");
  await owner.close();
  await seek(page, pass);
  await expect(page.getByRole("alert")).toContainText("이미 건넨 패스예요");
  await page.evaluate(() => localStorage.clear());
  await seek(page, pass);
  await expect(page.getByRole("alert")).toContainText("이미 쓴 패스예요");
});

test("where the network swallows everything the board says so, and the counter goes on by itself @scripts", async ({
  page,
  goods,
  partner,
  watchdog,
}) => {
  const order = await ordered(partner, goods.first);
  await signIn(page, "seongsu", BOARD);
  await expect(page.locator("[data-link=live]")).toBeAttached({ timeout: 15_000 });
  await watchdog.without(async () => {
    // The browser has a network, and nothing it sends is ever answered.
    await page.route(/\/staff\/seongsu\/(board|find)/, () => undefined);
    await seek(page, order.groups[0]?.pass ?? "");
    await expect(page.locator(".staff-seek")).toHaveAttribute("aria-busy", "true");
    // Four seconds are waited before.
    await expect(page.locator("#counter [role=status]")).toContainText("진짜 패스예요", { timeout: 15_000 });
    await expect(page.locator(".staff-seek")).not.toHaveAttribute("aria-busy", { timeout: 15_000 });
    await expect(page.locator("[data-link=lost]")).toBeVisible({ timeout: 15_000 });
  });
});

test("what was used elsewhere meanwhile is told to the associate @scripts", async ({ page, context, goods, partner, audit, watchdog }) => {
  const order = await ordered(partner, goods.second);
  const pass = order.groups[0]?.pass ?? "";
  const told = page.locator("#counter li[data-kind=conflict]");
  await signIn(page, "seongsu", BOARD);
  await watchdog.without(async () => {
    await context.setOffline(true);
    await seek(page, pass);
    await page.locator("#counter").getByRole("button", { name: "건넸어요" }).click();
    await expect(page.locator("#counter li")).toHaveCount(1);
    // The owner gives it up on another network.
    await partner.cancelOrder(order);
    await context.setOffline(false);
    await expect(told).toContainText("기록하지 못했어요", { timeout: 20_000 });
  });
  await expect(told).toContainText("취소된 패스예요");
  await audit();
  await page.reload();
  await told.getByRole("button", { name: "확인했어요" }).click();
  await expect(told).toHaveCount(0);
});

test("the camera reads a pass where the browser can @scripts", async ({ page, goods, partner, audit }) => {
  const order = await ordered(partner, goods.second);
  const pass = order.groups[0]?.pass ?? "";
  // Chromium on this kind of machine reads no codes and has no camera: both are stood in for.
  await page.addInitScript((value) => {
    Object.defineProperty(window, "BarcodeDetector", {
      value: class {
        detect = async () => (document.querySelector("dialog[open] video") ? [{ rawValue: value }] : []);
      },
    });
    navigator.mediaDevices.getUserMedia = async () => new MediaStream();
    // A stream without a picture would never begin to play.
    HTMLMediaElement.prototype.play = async () => undefined;
  }, pass);
  await signIn(page, "seongsu", BOARD);
  await audit();
  await page.getByRole("button", { name: "카메라로 QR 찍기" }).click();
  await expect(found(page)).toContainText(order.groups[0]?.id ?? "");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a scanner that is closed before its camera is there leaves it off @scripts", async ({ page }) => {
  await page.addInitScript(() => {
    const root = () => document.documentElement.dataset;
    Object.defineProperty(window, "BarcodeDetector", {
      value: class {
        detect = async () => [];
      },
    });
    const stream = { getTracks: () => [{ stop: () => (root().camera = "off") }] } as unknown as MediaStream;
    // The browser asks whether it may, and somebody takes their time.
    navigator.mediaDevices.getUserMedia = () =>
      new Promise((allowed) => {
        addEventListener("allow", () => {
          root().camera = "on";
          allowed(stream);
        });
      });
  });
  await signIn(page, "seongsu", BOARD);
  await page.getByRole("button", { name: "카메라로 QR 찍기" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "닫기" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.evaluate(() => dispatchEvent(new Event("allow")));
  await expect(page.locator("html")).toHaveAttribute("data-camera", "off");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("who comes by car stands on the board at once, with bay, car and the minutes", async ({
  page,
  context,
  goods,
  partner,
  javaScriptEnabled,
  audit,
}) => {
  const order = await ordered(partner, goods.first, "curbside");
  await signIn(page, "seongsu", BOARD);
  const shopper = await elsewhere(context, owners(order));
  await shopper.getByRole("button", { name: "지금 출발해요" }).click();
  const list = page.getByRole("list", { name: "차로 온 손님" });
  const own = list.getByRole("listitem").filter({ hasText: order.groups[0]?.code.slice(0, 3) ?? "" });
  await page.bringToFront();
  if (!javaScriptEnabled) await page.reload();
  await expect(own).toContainText("방금 출발");
  const bay = `C${Math.floor(Math.random() * 900) + 100}`;
  await shopper.bringToFront();
  await shopper.getByLabel("차", { exact: true }).fill("흰색 아반떼 1234");
  await shopper.getByLabel("주차 칸").fill(bay);
  await shopper.getByRole("button", { name: "도착했어요" }).click();
  await expect(shopper.getByText(/도착을 알렸어요/)).toBeVisible();
  await shopper.close();
  await page.bringToFront();
  if (!javaScriptEnabled) await page.reload();
  await expect(own).toContainText(bay);
  await expect(own).toContainText("흰색 아반떼 1234");
  await expect(own).toContainText(/방금 도착|기다림/);
  await audit();
  await own.getByRole("link").click();
  await expect(found(page)).toContainText(order.groups[0]?.id ?? "");
  // Nobody is left waiting for the journeys that come after.
  await found(page).getByRole("button", { name: "계산 확인하고 건네기" }).click();
  await expect(own).toHaveCount(0);
});
