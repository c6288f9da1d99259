// Before hydration, or without it: sign in, send, read.
import { expect, newDoctor, signIn } from "../support/doctor.ts";
import { shortDictation } from "../support/files.ts";
import { onDictationPage } from "../support/pages.ts";
import { test } from "@playwright/test";

test.use({ javaScriptEnabled: false });

test("without JavaScript a doctor signs in, sends a file and reads it", async ({ page, request, baseURL }) => {
  const doctor = await newDoctor(request, baseURL ?? "");
  await signIn(page, doctor);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Today");
  await page.goto("/dictations/new");
  await page.getByRole("textbox", { name: /^Patient/ }).fill("Read Without Script");
  await page.locator("#audio_file").setInputFiles(shortDictation);
  await page.getByRole("button", { name: "Send" }).click();
  await onDictationPage(page);
  await expect(async () => {
    await page.reload();
    await expect(page.locator("#transcript")).toContainText(/metformin/i, { timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await expect(page.locator(".entity--medication").first()).toBeVisible();
  await page.getByText(/^All findings/).click();
  await expect(page.getByRole("cell", { name: /Medicines/ }).first()).toBeVisible();
});
