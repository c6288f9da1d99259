// The whole main job on a real recording: sign in, send, watch, review, sign, PDF.
import { expectAccessible, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, newDoctor, signIn, test as signedIn } from "../support/doctor.ts";
import { sampleDictation, shortDictation } from "../support/files.ts";
import {
  expectSpokenEntities,
  fillProfile,
  onDictationPage,
  sendDictation,
  watchUntilReady,
} from "../support/pages.ts";
import { pdfText } from "../support/pdf.ts";
import { test } from "@playwright/test";

test("a doctor dictates, watches, reviews, signs and hands over the PDF", async ({ page, request, baseURL }) => {
  const doctor = await newDoctor(request, baseURL ?? "");
  await signIn(page, doctor);
  await expectAccessible(page);
  await fillProfile(page);
  await expectAccessible(page);

  await sendDictation(page, sampleDictation, "Ravi Kulkarni");
  await onDictationPage(page);
  const seen = await watchUntilReady(page);
  expect(seen.percents.length, `percentages seen: ${seen.percents}`).toBeGreaterThan(3);
  expect(seen.percents).toEqual([...seen.percents].sort((a, b) => a - b));
  expect(seen.texts.length, "texts seen before the end").toBeGreaterThan(0);

  await expectSpokenEntities(page);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  await page.getByRole("button", { name: "Check and sign" }).click();
  await expect(page).toHaveURL(/\/prescriptions\//);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Ravi Kulkarni");
  await expect(page.getByLabel("Medicine", { exact: true })).toHaveCount(3);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  const amlodipine = page.getByRole("listitem").filter({ has: page.locator('input[value*="mlodipine"]') });
  await expect(amlodipine.getByLabel("Dose")).toHaveValue("5 mg");
  await amlodipine.getByLabel("Dose").fill("2.5 mg");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Check and sign" }).click();
  await expect(page.getByRole("dialog")).toContainText("Ravi Kulkarni");
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByRole("link", { name: "Download the PDF" })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  const link = await page.getByRole("link", { name: "Download the PDF" }).getAttribute("href");
  const pdf = await page.request.get(link ?? "");
  expect(pdf.status()).toBe(200);
  const text = await pdfText(await pdf.body());
  for (const part of ["Ravi Kulkarni", "2.5 mg", "KMC 48213", "Lakeside Clinic"]) expect(text).toContain(part);
  expect(text).toMatch(/metformin/i);
  // The dose that was heard is gone; 2.5 mg and 500 mg are other doses.
  expect(text).not.toMatch(/(?<![\d.])5 mg/);
});

signedIn("a word can be heard, a mark opened, a mark hidden, the text edited", async ({ page }) => {
  await sendDictation(page, shortDictation);
  await onDictationPage(page);
  await watchUntilReady(page);

  await page.locator("#transcript .word").nth(4).click();
  await expect(page.locator("#transcript .word.is-lit")).not.toHaveCount(0);

  await page.locator("#transcript .entity--medication").first().click();
  const card = page.getByRole("region", { name: /^Details of/ });
  await expect(card).toContainText("Medicines");
  await card.getByRole("button", { name: "Close" }).click();
  await expect(card).toHaveCount(0);

  await page.getByRole("checkbox", { name: /Medicines/ }).uncheck();
  await expect(page.locator("#transcript")).toHaveAttribute("data-hidden", "medication");

  await page.getByText("Edit the text").click();
  const text = page.getByRole("textbox", { name: "Transcript" });
  await text.fill("Start atorvastatin 10 mg at bedtime for 30 days. No cough.");
  await page.getByRole("button", { name: "Save the text" }).click();
  await expect(page.locator("#transcript .entity--medication")).toContainText(/atorvastatin/);
  await expect(page.getByText("As it was heard")).toBeVisible();
  await page.reload();
  await expect(page.locator("#transcript")).toContainText("atorvastatin");
});

signedIn("the signed PDF is the stored one, byte for byte, on every download", async ({ page }) => {
  await fillProfile(page);
  await page.goto("/prescriptions");
  await page.getByRole("button", { name: "New prescription" }).click();
  await page.getByLabel("Name", { exact: true }).fill("आशा वर्मा");
  await page.getByRole("button", { name: "Add a medicine" }).click();
  const name = page.getByRole("combobox", { name: "Medicine" });
  await name.pressSequentially("amoxi");
  await page.getByRole("option").first().click();
  await expect(name).toHaveValue(/amoxi/i);
  await page.getByRole("button", { name: "1-0-1" }).click();
  await page.getByLabel("Duration").fill("5 days");
  await expect(page.getByText("Quantity 10")).toBeVisible();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Check and sign" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  const link = (await page.getByRole("link", { name: "Download the PDF" }).getAttribute("href")) ?? "";
  const first = await (await page.request.get(link)).body();
  const second = await (await page.request.get(link)).body();
  expect(first.equals(second)).toBe(true);
  expect(first.subarray(0, 5).toString()).toBe("%PDF-");
});
