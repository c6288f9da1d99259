// A dictation while it runs: reload, a second window, the queue, cancel.
import { expect, signIn, test } from "../support/doctor.ts";
import { sampleDictation, shortDictation } from "../support/files.ts";
import { onDictationPage, sendDictation, watchUntilReady } from "../support/pages.ts";

test("a reload in mid-transcription loses nothing", async ({ page }) => {
  await sendDictation(page, sampleDictation);
  const id = await onDictationPage(page);
  // It may have to wait for dictations of other tests first.
  await expect(page.locator(".transcript--live .provisional").first()).toBeVisible({ timeout: 120_000 });
  await page.reload();
  await watchUntilReady(page);
  const { transcription } = await (await page.request.get(`/api/v1/transcriptions/${id}`)).json();
  const text: string = transcription.transcript;
  expect(text).toMatch(/metformin/i);
  // Heard once: nothing is doubled by starting to watch again.
  expect(text.match(/amlodipine/gi)?.length).toBe(1);
});

test("two browsers show the same dictation move", async ({ page, browser, doctor }) => {
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, doctor);
  await sendDictation(page, sampleDictation);
  const id = await onDictationPage(page);
  await other.goto(`/dictations/${id}`);
  const [here, there] = await Promise.all([watchUntilReady(page), watchUntilReady(other)]);
  expect(here.percents.length).toBeGreaterThan(1);
  expect(there.percents.length).toBeGreaterThan(1);
  expect(await other.locator("#transcript").textContent()).toBe(await page.locator("#transcript").textContent());
  await elsewhere.close();
});

test("a second dictation says that it waits, and moves on", async ({ page, context }) => {
  await sendDictation(page, sampleDictation, "First Patient");
  await onDictationPage(page);
  const second = await context.newPage();
  await sendDictation(second, shortDictation, "Second Patient");
  await onDictationPage(second);
  await expect(second.getByText(/^Waiting, (next|\d+ ahead)$/)).toBeVisible();
  await watchUntilReady(second);
  await expect(second.locator("#transcript")).toContainText(/metformin/i);
});

test("a running dictation can be cancelled and tried again", async ({ page }) => {
  await sendDictation(page, sampleDictation);
  await onDictationPage(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { name: "Cancelled" })).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await watchUntilReady(page);
  await expect(page.locator("#transcript")).toContainText(/metformin/i);
});

test("a deleted dictation comes back by undo", async ({ page }) => {
  await sendDictation(page, shortDictation, "Farida Khan");
  await onDictationPage(page);
  await page.getByText("Delete", { exact: true }).click();
  await page.getByRole("button", { name: "Delete this dictation" }).click();
  await expect(page).toHaveURL(/\/dictations$/);
  await expect(page.getByRole("link", { name: "Farida Khan" })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await onDictationPage(page);
  await expect(page.getByRole("heading", { name: "Farida Khan" })).toBeVisible();
});

for (const [what, path, sentence, link] of [
  ["is deleted elsewhere", "", /^This dictation is gone/, "All dictations"],
  ["is watched by nobody who is signed in", "/api/v1/auth/logout", /^You are signed out/, "Sign in"],
] as const) {
  test(`a page that follows a dictation stops when it ${what}`, async ({ page, baseURL }) => {
    await page.clock.install();
    let asked = 0;
    // The very first connection is made after it has happened.
    await page.route("**/events", async (route) => {
      asked += 1;
      const headers = { Origin: baseURL ?? "" };
      const answer = path
        ? await page.request.post(path, { headers })
        : await page.request.delete(route.request().url().replace(/\/events$/, ""), { headers });
      expect(answer.ok()).toBe(true);
      await route.continue();
    });
    await sendDictation(page, sampleDictation);
    const id = await onDictationPage(page);
    await expect(page.getByRole("alert").locator("p")).toHaveText(sentence);
    await page.clock.runFor(120_000);
    expect(asked).toBe(1);
    await page.getByRole("alert").getByRole("link", { name: link }).click();
    await expect(page).toHaveURL(path ? new RegExp(`/sign-in\\?next=/dictations/${id}$`) : /\/dictations$/);
  });
}
