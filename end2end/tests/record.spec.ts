// The microphone: Chromium plays a real voice into the real MediaRecorder.
import { expect, test } from "../support/doctor.ts";
import { hydrated, onDictationPage, watchUntilReady } from "../support/pages.ts";

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

test("an unsent recording survives a reload", async ({ page }) => {
  await page.goto("/dictations/new");
  await hydrated(page);
  await page.getByRole("button", { name: "Record" }).click();
  await expect(page.getByText(/0*0:0[3-9]/).first()).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByLabel("Listen to the recording")).toBeVisible();
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  await expect(page.getByText(/was not sent the last time/)).toBeVisible();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await onDictationPage(page);
});
