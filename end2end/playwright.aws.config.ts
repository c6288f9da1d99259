import base from "./playwright.config.ts";

// The server's ports are all on AWS, which `cargo xtask e2e --aws` emulates.
export default { ...base, testDir: "aws" };
