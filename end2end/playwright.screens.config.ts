import base from "./playwright.config.ts";

// `cargo xtask screens`: pictures of the pages for docs/screens, one after the other.
export default { ...base, testDir: "screens", workers: 1, projects: [{ name: "screens" }] };
