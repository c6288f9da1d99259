// The microphone: Chromium plays a real voice into the real MediaRecorder.
import { expectAccessible, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, test } from "../support/doctor.ts";
import { hydrated, onDictationPage, watchUntilReady } from "../support/pages.ts";
import type { Dialog, Page } from "@playwright/test";

test("a doctor records, pauses, goes on, listens and sends", async ({ page }) => {
  await page.goto("/dictations/new");
  await hydrated(page);
  await page.getByRole("button", { name: "Record" }).click();
  await expect(page.getByText(/0*0:0[3-9]/).first()).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused.")).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText(/0*0:(0[7-9]|1\d)/).first()).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByLabel("Listen to the recording")).toBeVisible();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await onDictationPage(page);
  await watchUntilReady(page);
  await expect(page.locator("#transcript .word")).not.toHaveCount(0);
});

test("an unsent recording survives a reload, is heard and sent", async ({ page }) => {
  await record(page);
  await stop(page);
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  await expect(page.getByRole("heading", { name: "Not sent yet" })).toBeVisible();
  await expect(page.getByRole("link", { name: "1 waiting" })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await expect
    .poll(() => page.getByLabel("Listen to the recording").evaluate((audio: HTMLAudioElement) => audio.readyState))
    .toBeGreaterThan(0);
  await page.getByRole("button", { name: /^Choose Recording, 0:0/ }).click();
  await expect(page.getByRole("heading", { name: "Not sent yet" })).toBeHidden();
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("button", { name: /^Choose Recording, 0:0/ }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await onDictationPage(page);
  await page.goto("/dictations/new");
  await hydrated(page);
  await expect(page.getByRole("link", { name: /waiting/ })).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Not sent yet" })).toBeHidden();
});

test("leaving with an unsent recording asks first", async ({ page }) => {
  await record(page);
  await stop(page);
  // Gone as soon as the page is loaded anew.
  await page.evaluate(() => document.documentElement.setAttribute("data-stayed", ""));
  // Not page.reload: that waits for a page which does not come.
  const closing = await refusing(page, () => page.evaluate(() => void setTimeout(() => location.reload())));
  expect(closing.type()).toBe("beforeunload");
  const profile = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Profile" });
  const leaving = await refusing(page, () => profile.click());
  expect(leaving.type()).toBe("confirm");
  expect(leaving.message()).toBe("The recording was not sent. It stays in this browser. Leave the page?");
  await expect(page).toHaveURL(/\/dictations\/new$/);
  await expect(page.locator("html[data-stayed]")).toBeAttached();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
  page.once("dialog", (dialog) => dialog.accept());
  await profile.click();
  await expect(page).toHaveURL(/\/profile$/);
});

test("two tabs that record at once keep both recordings", async ({ page, context }) => {
  const other = await context.newPage();
  await record(page);
  await record(other);
  const third = await context.newPage();
  await third.goto("/dictations/new");
  await expect(third.getByText(/open in another tab/)).toBeVisible();
  await expect(third.getByRole("button", { name: /^Choose Recording/ })).toHaveCount(0);
  await stop(page);
  await stop(other);
  await page.close();
  await other.close();

  await third.reload();
  await expect(third.getByRole("button", { name: /^Choose Recording/ })).toHaveCount(2);
  await expect(third.getByText(/open in another tab/)).toHaveCount(0);
  await third.getByRole("button", { name: /^Choose Recording/ }).first().click();
  await third.getByRole("button", { name: "Send", exact: true }).click();
  const id = await onDictationPage(third);
  const { transcription } = await (await third.request.get(`/api/v1/transcriptions/${id}`)).json();
  expect(transcription.duration_seconds).toBeGreaterThan(2);

  await third.goto("/dictations/new");
  await expect(third.getByRole("button", { name: /^Choose Recording/ })).toHaveCount(1);
  third.on("dialog", (dialog) => dialog.accept());
  await third.getByRole("button", { name: /^Remove Recording/ }).click();
  await expect(third.getByRole("heading", { name: "Not sent yet" })).toBeHidden();
  await third.reload();
  await hydrated(third);
  await expect(third.getByRole("link", { name: /waiting/ })).toHaveCount(0);
});

async function record(page: Page): Promise<void> {
  await page.goto("/dictations/new");
  await hydrated(page);
  await page.getByRole("button", { name: "Record" }).click();
  await expect(page.getByRole("timer")).toHaveText(/0:0[3-9]/);
}

/** Does what asks a question, answers no, and tells what was asked. */
async function refusing(page: Page, act: () => Promise<void>): Promise<Dialog> {
  const asked = page.waitForEvent("dialog").then(async (dialog) => {
    await dialog.dismiss();
    return dialog;
  });
  const [dialog] = await Promise.all([asked, act()]);
  return dialog;
}

async function stop(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByLabel("Listen to the recording")).toBeVisible();
}
