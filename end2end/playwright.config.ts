import path from "node:path";
import { defineConfig, devices } from "@playwright/test";

// `cargo xtask e2e` starts a server of its own and says where it is.
const baseURL = process.env.SEVA_BASE_URL ?? "http://127.0.0.1:3000";

// The microphone of the recording test: Chromium plays this file into it.
const microphone = path.resolve(import.meta.dirname, "../crates/speech/tests/fixtures/speech.wav");

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Speech is recognised for real, one dictation after the other on two cores.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  reporter: [["list"]],
  use: {
    baseURL,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        `--use-file-for-fake-audio-capture=${microphone}`,
      ],
    },
    permissions: ["microphone"],
  },
  // Every test runs on both.
  projects: [
    {
      name: "desktop",
      use: { ...devices["Desktop Chrome"], viewport: { width: 1280, height: 800 } },
    },
    {
      name: "phone",
      use: { ...devices["Pixel 5"], viewport: { width: 360, height: 740 } },
    },
  ],
});
