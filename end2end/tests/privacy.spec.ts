// What is one doctor's is nobody else's.
import { expect, newDoctor, signIn, test } from "../support/doctor.ts";
import { shortDictation } from "../support/files.ts";
import { onDictationPage, sendDictation } from "../support/pages.ts";

test("a second doctor sees nothing of the first", async ({ page, browser, request, baseURL }) => {
  await sendDictation(page, shortDictation, "Only For The First");
  const id = await onDictationPage(page);

  const stranger = await newDoctor(request, baseURL ?? "");
  const context = await browser.newContext({ baseURL });
  const other = await context.newPage();
  await signIn(other, stranger);
  for (const path of ["/", "/dictations", "/prescriptions"]) {
    await other.goto(path);
    await expect(other.getByText("Only For The First")).toHaveCount(0);
  }
  const answer = await other.goto(`/dictations/${id}`);
  expect(answer?.status()).toBe(404);
  await expect(other.getByRole("alert")).toContainText("not yours");
  for (const path of ["", "/audio", "/events"]) {
    expect((await other.request.get(`/api/v1/transcriptions/${id}${path}`)).status()).toBe(404);
  }
  await context.close();
});

test("the security headers hold and no script is inline without its nonce", async ({ page }) => {
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
  });
  const answer = await page.goto("/");
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe-inline");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(refused).toEqual([]);
});
