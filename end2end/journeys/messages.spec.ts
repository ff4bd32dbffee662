// What a shopper is told: the mail that leads to the order, and the browser that asked.

import { expect, test } from "../fixtures";

test("from the mail to the reservation", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 3);
  const { number } = await partner.reserve("seongsu", goods.first.sku, 1);
  const mail = page.locator(`a[href*="-${number}-placed"]`);
  await expect(async () => {
    await page.goto("/dev/messages");
    await expect(mail).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await audit();
  await mail.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("성수점에 맡아두었어요");
  // Nothing runs in the mail's frame, not even what would look at it there: its document is asked for by itself.
  const frame = page.locator("iframe");
  await expect(frame).toBeVisible();
  const mailed = await page.request.get((await frame.getAttribute("src")) ?? "");
  expect(await mailed.text()).toContain(`/reservations/${number}?t=`);
  expect(mailed.headers()["content-security-policy"]).toContain("sandbox");
  await page.getByRole("link", { name: "예약 보기" }).first().click();
  await expect(page).toHaveURL(new RegExp(`/reservations/${number}\\?t=`));
});

test("the browser is told, and no longer @scripts", async ({ page, context, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 3);
  await context.grantPermissions(["notifications"]);
  // There is no push service to be reached: the browser's own answer is made up, everything else is as it is.
  await page.addInitScript(() => {
    const point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const browser = {
      endpoint: "https://fcm.googleapis.com/fcm/send/made-up",
      options: { applicationServerKey: new ArrayBuffer(0) },
      unsubscribe: async () => true,
      toJSON() {
        return { endpoint: this.endpoint, keys: { p256dh: point, auth: "BTBZMqHH6r4Tts7J_aSIgg" } };
      },
    };
    // A browser without a window has no notifications, and says that they are refused.
    Object.defineProperty(Notification, "permission", { get: () => "granted" });
    Notification.requestPermission = async () => "granted";
    let subscribed: typeof browser | null = null;
    PushManager.prototype.getSubscription = async () => subscribed as unknown as PushSubscription;
    PushManager.prototype.subscribe = async () => (subscribed = browser) as unknown as PushSubscription;
  });
  const { number, token } = await partner.reserve("seongsu", goods.first.sku, 1);
  await page.goto(`/reservations/${number}?t=${token}`);
  const offer = page.getByRole("button", { name: "이 브라우저로 알림 받기" });
  await offer.click();
  await expect(page.getByText("바뀌는 것이 있으면 이 브라우저로 알려 드려요.")).toBeVisible();
  await expect(offer).toBeHidden();
  // It is remembered, and can be taken back.
  await page.reload();
  await page.getByRole("button", { name: "알림 그만 받기" }).click();
  await expect(offer).toBeVisible();
  await page.reload();
  await expect(offer).toBeVisible();
});
