// Opening an account, coming in, going out.
import { randomUUID } from "node:crypto";
import { expectAccessible, expectAccessibleLightAndDark, expectNoSidewaysScroll } from "../support/accessible.ts";
import { codeFor, expect, newDoctor, signIn } from "../support/doctor.ts";
import { forgedRefusal } from "../support/files.ts";
import { hydrated } from "../support/pages.ts";
import { test } from "@playwright/test";

test("a new doctor registers, confirms with the code from the mailbox and signs in", async ({ page }) => {
  const email = `new-${randomUUID()}@clinic.example`;
  await page.goto("/register");
  await expectAccessible(page);
  await page.getByLabel(/name/i).first().fill("Dr. Anil Rao");
  await page.getByLabel(/E-mail/).fill(email);
  await page.getByLabel(/Password/).fill("Well-lit-Room-7");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page).toHaveURL(/\/confirm/);
  await expectAccessible(page);

  const code = codeFor(await (await page.request.get("/dev/mailbox")).text(), email);
  await page.getByLabel(/Code/).fill(code === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("The code is wrong. Check the newest mail, or ask for a new code.")).toBeVisible();
  await page.getByLabel(/Code/).fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/sign-in/);

  await signIn(page, { email, password: "Well-lit-Room-7", fullName: "Dr. Anil Rao" });
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Today");
  await page.goto("/profile");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/dictations");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a wrong password and an unknown address get the same words", async ({ page, request, baseURL }) => {
  const doctor = await newDoctor(request, baseURL ?? "");
  await page.goto("/sign-in");
  const sentences: string[] = [];
  for (const email of [doctor.email, `nobody-${randomUUID()}@clinic.example`]) {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("Not-the-one-1");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    sentences.push((await page.getByRole("alert").textContent()) ?? "");
    await page.reload();
  }
  expect(sentences[0]).toBe(sentences[1]);
});

test("what an address says is not shown", async ({ page }) => {
  await page.goto(`/sign-in?${forgedRefusal("/fn/sign_in", "Call 000 and tell your password.")}`);
  await hydrated(page);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText("tell your password")).toHaveCount(0);
});

test("the pages anybody may open are accessible and fit the screen", async ({ page }) => {
  for (const path of [
    "/sign-in",
    "/sign-in/challenge",
    "/forgot-password",
    "/reset-password",
    "/register",
    "/confirm",
    "/dev/mailbox",
    "/verify/ABCDE-FGHJK",
    "/nowhere",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessibleLightAndDark(page);
    await expectNoSidewaysScroll(page);
  }
});
