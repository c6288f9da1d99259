// The whole main job with Cognito, S3, Transcribe Medical, Comprehend Medical and SES. What a
// doctor sees is what is seen without them; what lies at AWS afterwards is looked at, too.
import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "../support/accessible.ts";
import { holdings, mailedCode } from "../support/aws.ts";
import { type Doctor, signIn } from "../support/doctor.ts";
import { sampleDictation } from "../support/files.ts";
import {
  expectSpokenEntities,
  fillProfile,
  hydrated,
  onDictationPage,
  sendDictation,
  watchUntilReady,
} from "../support/pages.ts";
import { pdfText } from "../support/pdf.ts";
import { TokenWatch, holdsToken } from "../support/tokens.ts";

const token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTIzIn0.c2lnbmF0dXJlLW9mLWl0";

test("a doctor dictates, watches, reviews, signs and hands over the PDF", async ({ page, request }) => {
  const watch = await TokenWatch.over(page);
  const doctor = await register(page);
  await signIn(page, doctor);
  await expectAccessible(page);
  await fillProfile(page);

  // Transcribe Medical understands English alone, so nobody is asked.
  await page.goto("/dictations/new");
  await expect(page.getByLabel("Specialty")).toBeVisible();
  await expect(page.getByLabel("Language", { exact: true })).toHaveCount(0);
  await sendDictation(page, sampleDictation, "Ravi Kulkarni");
  const dictation = await onDictationPage(page);
  const seen = await watchUntilReady(page);
  // Transcribe tells no percentage between.
  expect(seen.percents).toEqual([...seen.percents].sort((a, b) => a - b));
  await expectSpokenEntities(page);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await hearAWord(page);
  await chooseAnotherReading(page);

  const prescription = await reviewAndSign(page);
  const text = await downloadedText(page);
  for (const part of ["Ravi Kulkarni", "Dr. Meera Nair", "2.5 mg", "KMC 48213", "Lakeside Clinic"]) {
    expect(text).toContain(part);
  }
  expect(text).toMatch(/metformin/i);
  // The dose that was heard is gone; 2.5 mg and 500 mg are other doses.
  expect(text).not.toMatch(/(?<![\d.])5 mg/);

  await expectAtAws(request, dictation, prescription);
  await watch.expectNone();
  await signOut(page);
  await page.goto(`/dictations/${dictation}`);
  await expect(page).toHaveURL(/\/sign-in/);
  await watch.expectNone();
});

test("a token would be seen", () => {
  for (const text of [token, `{"id_token":"${token}"}`, `id=${token}; Path=/`, Buffer.from(token).toString("base64")]) {
    expect(holdsToken(text), text).toBe(true);
  }
  for (const text of ["", "seva=4f5d0c", "eyJ", "/pkg/seva.a4d7dd8f1aa16106.js"]) {
    expect(holdsToken(text), text).toBe(false);
  }
});

/** Recording and paper lie in their buckets. The job and its transcript were there, and are gone
 * now that the transcript is safe in the database. */
async function expectAtAws(request: APIRequestContext, dictation: string, prescription: string): Promise<void> {
  const held = await holdings(request);
  const papers = held.prescriptionsBucket.filter((key) => key.includes(prescription));
  const user = papers[0]?.split("/")[1] ?? "";
  expect(papers).toEqual([`prescriptions/${user}/${prescription}.pdf`]);
  const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  expect(user).toMatch(new RegExp(`^${uuid}$`));
  const recordings = held.audioBucket.filter((key) => key.includes(user));
  expect(recordings).toEqual([
    expect.stringMatching(new RegExp(`^audio/${user}/\\d{8}T\\d{6}Z_${uuid}\\.m4a$`)),
  ]);

  const job = `seva-${dictation}`;
  expect(held.transcriptsWritten).toContainEqual({ job, key: `medical/${job}.json` });
  await expect(async () => {
    const { jobs, audioBucket } = await holdings(request);
    expect(jobs).not.toContain(job);
    expect(audioBucket.filter((key) => key.includes(dictation))).toEqual([]);
  }).toPass({ timeout: 15_000 });
}

/** An account in Cognito, made and confirmed as a person does it. */
async function register(page: Page): Promise<Doctor> {
  const doctor = {
    email: `doctor-${randomUUID()}@clinic.example`,
    password: "Well-lit-Room-7",
    fullName: "Dr. Meera Nair",
  };
  await page.goto("/register");
  await page.getByLabel("Your name").fill(doctor.fullName);
  await page.getByLabel(/E-mail/).fill(doctor.email);
  await page.getByLabel(/Password/).fill(doctor.password);
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page).toHaveURL(/\/confirm/);
  await page.getByLabel(/Code/).fill(await mailedCode(page.request, doctor.email));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  return doctor;
}

/** A word that is clicked is played from the recording in S3. */
async function hearAWord(page: Page): Promise<void> {
  const word = page.locator("#transcript .word").filter({ hasText: "examination" });
  await word.click();
  const position = () => page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
  // It is said at 15.6 s.
  await expect.poll(position).toBeGreaterThan(15);
  await expect(page.locator("#transcript .word.is-lit")).not.toHaveCount(0);
}

/** Transcribe was not sure of a word and says what else it may be. */
async function chooseAnotherReading(page: Page): Promise<void> {
  await page.locator("#transcript .word").filter({ hasText: "Amlodipine" }).click();
  const readings = page.getByRole("region", { name: "Other readings of Amlodipine" });
  await expect(readings.getByRole("button", { name: "Amiloride" })).toBeVisible();
  await expectAccessible(page);
  await readings.getByRole("button", { name: "Close" }).click();
}

/** Changes a dose and signs. Returns the prescription's id. */
async function reviewAndSign(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Check and sign" }).click();
  await expect(page).toHaveURL(/\/prescriptions\//);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Ravi Kulkarni");
  await expect(page.getByLabel("Medicine", { exact: true })).toHaveCount(3);
  await expectAccessible(page);
  const amlodipine = page.getByRole("listitem").filter({ has: page.locator('input[value*="mlodipine"]') });
  await expect(amlodipine.getByLabel("Dose")).toHaveValue("5 mg");
  await amlodipine.getByLabel("Dose").fill("2.5 mg");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Check and sign" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByRole("link", { name: "Download the PDF" })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

/** What the paper says that the browser gets from S3, by a link that lives for an hour. */
async function downloadedText(page: Page): Promise<string> {
  const arrives = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the PDF" }).click();
  const download = await arrives;
  const link = new URL(download.url());
  expect(link.origin).not.toBe(new URL(page.url()).origin);
  expect(link.searchParams.get("X-Amz-Expires")).toBe("3600");
  expect(download.suggestedFilename()).toMatch(/\.pdf$/);
  return pdfText(await readFile(await download.path()));
}

async function signOut(page: Page): Promise<void> {
  await page.goto("/profile");
  await hydrated(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
}
