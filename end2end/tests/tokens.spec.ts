// Access tokens: made, shown once, used by a program, revoked.
import { expectAccessibleLightAndDark, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, newDoctor, signIn, test } from "../support/doctor.ts";
import { hydrated } from "../support/pages.ts";
import { type APIRequestContext, type Page, test as stranger } from "@playwright/test";

const token = /^seva_pat_[0-9a-f]{64}$/;

/** Fills the form of a new token and sends it. */
async function make(page: Page, name: string, scopes: string[]): Promise<void> {
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  for (const scope of scopes) await page.getByLabel(scope).check();
  await page.getByLabel("For how long").selectOption("30 days");
  await page.getByRole("button", { name: "Make it" }).click();
}

/** What a program with a token is answered. */
async function status(program: APIRequestContext, path: string, secret: string): Promise<number> {
  const answer = await program.get(path, { headers: { Authorization: `Bearer ${secret}` } });
  return answer.status();
}

test("a token is made, shown once, used within its scopes, and revoked", async ({ page, playwright, baseURL, context }) => {
  const program = await playwright.request.newContext({ baseURL });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/profile");
  await page.getByRole("link", { name: "Access tokens" }).click();
  await hydrated(page);
  await expect(page.getByText("You have no tokens.")).toBeVisible();
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);

  await make(page, "Nothing allowed", []);
  await expect(page.locator("#scopes-error")).toHaveText("Choose at least one thing that the token may do.");
  await make(page, "Ward sync", ["Read dictations"]);
  await expect(page.getByRole("heading", { name: "Your new token" })).toBeVisible();
  const secret = await page.getByLabel("Token", { exact: true }).inputValue();
  expect(secret).toMatch(token);
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  const row = page.getByRole("listitem").filter({ hasText: "Ward sync" });
  await expect(row).toContainText("Read dictations");
  await expect(row).toContainText("Not used yet.");
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);

  expect(await status(program, "/api/v1/transcriptions", secret)).toBe(200);
  expect(await status(program, "/api/v1/prescriptions", secret)).toBe(403);
  expect(await status(program, "/api/v1/auth/tokens", secret)).toBe(403);
  // Pages are for people.
  const headers = { Accept: "text/html", Authorization: `Bearer ${secret}` };
  const page401 = await program.get("/profile", { headers });
  expect(page401.url()).toContain("/sign-in");

  await page.reload();
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "Your new token" })).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);
  await expect(row).toContainText("Last used about");
  await page.getByRole("button", { name: "Revoke Ward sync" }).click();
  await expect(page.getByText("Revoked. It is refused from now on.")).toBeVisible();
  await expect(page.getByText("You have no tokens.")).toBeVisible();
  expect(await status(program, "/api/v1/transcriptions", secret)).toBe(401);
  await program.dispose();
});

test("the API's page can be read by everybody and asks no other host", async ({ page, baseURL }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(baseURL ?? "")) foreign.push(request.url());
  });
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") refused.push(message.text());
  });
  await page.goto("/api/docs");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("SEVA Arogya: the API");
  await page.getByRole("link", { name: "Sign a prescription." }).click();
  await expect(page.locator("#finalizePrescription")).toContainText("sign:prescriptions");
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
  expect(foreign).toEqual([]);
  expect(refused).toEqual([]);
});

stranger.describe("without JavaScript", () => {
  stranger.use({ javaScriptEnabled: false });

  stranger("a token is made and revoked", async ({ page, request, baseURL, playwright }) => {
    const program = await playwright.request.newContext({ baseURL });
    await signIn(page, await newDoctor(request, baseURL ?? ""));
    await page.goto("/profile/tokens");
    await make(page, "Nothing allowed", []);
    await expect(page.getByText("Choose at least one thing that the token may do.").first()).toBeVisible();
    await make(page, "No script", ["Read prescriptions"]);
    const secret = await page.getByLabel("Token", { exact: true }).inputValue();
    expect(secret).toMatch(token);
    await expect(page.getByRole("button", { name: "Copy" })).toBeHidden();
    expect(await status(program, "/api/v1/prescriptions", secret)).toBe(200);
    await page.goto("/profile/tokens");
    await expect(page.getByLabel("Token", { exact: true })).toHaveCount(0);
    await page.getByRole("button", { name: "Revoke No script" }).click();
    await expect(page.getByText("Revoked. It is refused from now on.")).toBeVisible();
    expect(await status(program, "/api/v1/prescriptions", secret)).toBe(401);
    await program.dispose();
  });
});
