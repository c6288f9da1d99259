// A new password, and an authenticator app beside it.
import { expectAccessibleLightAndDark, expectNoSidewaysScroll } from "../support/accessible.ts";
import { codeFor, type Doctor, expect, newDoctor, signIn, test } from "../support/doctor.ts";
import { codeShown } from "../support/otp.ts";
import { hydrated } from "../support/pages.ts";
import { type Page, test as stranger } from "@playwright/test";

/** Six digits that the authenticator shows neither now nor soon. */
function notShown(key: string): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeShown(key, steps));
  const wrong = ["000000", "111111", "222222", "333333", "444444", "555555"];
  return wrong.find((code) => !near.includes(code)) ?? "666666";
}

/** Signs in as far as the question for the code. */
async function challenged(page: Page, doctor: Doctor): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(doctor.email);
  await page.getByLabel("Password").fill(doctor.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/sign-in\/challenge$/);
}

/** Turns an authenticator on by the API; gives its key. */
async function turnOn(page: Page, origin: string, { password }: Doctor): Promise<string> {
  const post = (path: string, data: object) =>
    page.request.post(`/api/v1/auth/authenticator${path}`, { headers: { Origin: origin }, data });
  const { secret } = (await (await post("", {})).json()) as { secret: string };
  const confirmation = { current_password: password, confirmation_code: codeShown(secret) };
  expect((await post("/confirm", confirmation)).status()).toBe(200);
  return secret;
}

stranger("a forgotten password is reset by the mailed code", async ({ page, request, baseURL }) => {
  const doctor = await newDoctor(request, baseURL ?? "");
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page).toHaveURL(/\/forgot-password$/);
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
  await page.getByLabel("E-mail").fill(doctor.email);
  await page.getByRole("button", { name: "Send the code" }).click();
  await expect(page).toHaveURL(/\/reset-password\?sent=1$/);
  await expect(page.getByText("If this address has an account, a code is on its way.")).toBeVisible();
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);

  const code = codeFor(await (await page.request.get("/dev/mailbox")).text(), doctor.email);
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText(/^The password also needs 8 characters/)).toBeVisible();
  await page.getByLabel("New password").fill("Another-Room-8");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page).toHaveURL(/\/sign-in\?reset=1$/);
  await expect(page.getByText("Your password is changed. Sign in with the new one.")).toBeVisible();
  await signIn(page, { ...doctor, password: "Another-Room-8" });
});

test("a changed password signs out every other browser", async ({ page, doctor, browser }) => {
  const elsewhere = await browser.newPage();
  await signIn(elsewhere, doctor);
  await page.goto("/profile");
  await hydrated(page);
  await page.getByLabel("Password of today").fill("Not-the-one-1");
  await page.getByLabel("New password").fill("Another-Room-8");
  await page.getByRole("button", { name: "Change it" }).click();
  await expect(page.getByText("This is not your password. Type it again.")).toBeVisible();
  await page.getByLabel("Password of today").fill(doctor.password);
  await page.getByRole("button", { name: "Change it" }).click();
  await expect(page.getByText("Your password is changed. All other browsers are signed out.")).toBeVisible();
  await expect(page.getByLabel("Password of today")).toHaveValue("");
  await page.goto("/dictations");
  await expect(page).toHaveURL(/\/dictations$/);
  await elsewhere.goto("/dictations");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await elsewhere.close();
});

test("an authenticator app is turned on, asked for, and turned off", async ({ page, doctor, browser }) => {
  await page.goto("/profile");
  await hydrated(page);
  const section = page.locator("#authenticator");
  await section.getByRole("button", { name: "Set it up" }).click();
  await expect(section.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
  const key = (await section.locator(".setup__key").textContent()) ?? "";
  const wrong = notShown(key);
  await section.getByRole("textbox", { name: "Code" }).fill(wrong);
  await section.getByLabel("Your password").fill("Not-the-one-1");
  await section.getByRole("button", { name: "Turn it on" }).click();
  await expect(section.getByLabel("Your password")).toHaveAccessibleDescription(/^This is not your password/);
  await section.getByLabel("Your password").fill(doctor.password);
  await section.getByRole("button", { name: "Turn it on" }).click();
  await expect(section.getByRole("textbox", { name: "Code" })).toHaveAccessibleDescription(/^The code is wrong/);
  await section.getByRole("textbox", { name: "Code" }).fill(codeShown(key));
  await section.getByRole("button", { name: "Turn it on" }).click();
  await expect(section.getByText("Your authenticator app is on.")).toBeVisible();
  await expect(section.locator(".setup__key")).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out" }).click();

  await challenged(page, doctor);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("One more step");
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
  await page.goto("/dictations");
  await expect(page).toHaveURL(/\/sign-in\?/);
  await page.goto("/sign-in/challenge");
  await hydrated(page);
  const code = page.getByLabel("Code");
  await expect(code).toHaveAttribute("inputmode", "numeric");
  await expect(code).toHaveAttribute("autocomplete", "one-time-code");
  await code.fill(wrong);
  // The keyboard alone will do.
  await code.press("Enter");
  await expect(code).toHaveAccessibleDescription(/^The code is wrong/);
  await expectAccessibleLightAndDark(page);
  // The code that turned it on is used up; the next one counts already.
  const shown = codeShown(key, 1);
  await code.fill(shown);
  await code.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Today");

  // Whoever saw it over the doctor's shoulder comes too late.
  const elsewhere = await browser.newPage();
  await challenged(elsewhere, doctor);
  await elsewhere.getByLabel("Code").fill(shown);
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await expect(elsewhere.getByLabel("Code")).toHaveAccessibleDescription(/^The code is wrong or was used before/);
  await elsewhere.close();

  await page.goto("/profile");
  await hydrated(page);
  await section.getByLabel("Your password").fill(doctor.password);
  await expectAccessibleLightAndDark(page);
  await section.getByRole("button", { name: "Turn it off" }).click();
  await expect(section.getByText("Your authenticator app is off.")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, doctor);
});

test("without script a code is asked for all the same", async ({ page, doctor, browser, baseURL }) => {
  const key = await turnOn(page, baseURL ?? "", doctor);
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await challenged(plain, doctor);
  await plain.getByLabel("Code").fill(notShown(key));
  await plain.getByRole("button", { name: "Sign in" }).click();
  await expect(plain).toHaveURL(/\/sign-in\/challenge$/);
  await expect(plain.getByLabel("Code")).toHaveAccessibleDescription(/^The code is wrong/);
  await plain.getByLabel("Code").fill(codeShown(key, 1));
  await plain.getByRole("button", { name: "Sign in" }).click();
  await expect(plain.getByRole("heading", { level: 1 })).toContainText("Today");
  await plain.context().close();
});

test("a sign-in that was ended meanwhile begins anew, with a sentence", async ({ page, doctor, browser, baseURL }) => {
  const origin = baseURL ?? "";
  const key = await turnOn(page, origin, doctor);
  const elsewhere = await browser.newPage();
  await challenged(elsewhere, doctor);
  await hydrated(elsewhere);
  const changed = await page.request.post("/api/v1/auth/password", {
    headers: { Origin: origin },
    data: { old_password: doctor.password, password: "Another-Room-8" },
  });
  expect(changed.status()).toBe(200);
  await elsewhere.getByLabel("Code").fill(codeShown(key, 1));
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await expect(elsewhere).toHaveURL(/\/sign-in\?ended=1$/);
  await expect(elsewhere.getByText("That sign-in took too long or was ended. Sign in again.")).toBeVisible();
  await elsewhere.close();
});

stranger("whoever reads the mail of an address takes it from a stranger", async ({ page, request, baseURL }) => {
  const email = `mine-${Date.now()}-${Math.random()}@clinic.example`;
  const registered = await request.post("/api/v1/auth/register", {
    headers: { Origin: baseURL ?? "" },
    data: { email, password: "Somebody-Else-1", full_name: "Somebody Else" },
  });
  expect(registered.status()).toBe(201);
  await page.goto("/register");
  await page.getByLabel("Your name").fill("Dr. Meera Nair");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("Well-lit-Room-7");
  await page.getByRole("button", { name: "Register" }).click();
  const ways = page.getByRole("alert").getByRole("link");
  await expect(ways).toHaveText(["Choose a new password", "Enter or ask for the code that confirms your address"]);
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
  await ways.first().click();
  await expect(page).toHaveURL(/\/forgot-password$/);
  await expect(page.getByRole("link", { name: "Enter or ask for the code that confirms your address" })).toBeVisible();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the code" }).click();
  await expect(page).toHaveURL(/\/reset-password\?sent=1$/);
  await page.getByLabel("Code").fill(codeFor(await (await page.request.get("/dev/mailbox")).text(), email));
  await page.getByLabel("New password").fill("Well-lit-Room-7");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page).toHaveURL(/\/sign-in\?reset=1$/);
  await signIn(page, { email, password: "Well-lit-Room-7", fullName: "Somebody Else" });
});
