import { row } from "./saving.js";

/** @typedef {import("./inspector.js").Inspector} Inspector */

/** Finds a file of the chosen layers and looks into it. @param {Inspector} inspector @param {string} path */
export async function previewed(inspector, path) {
  const entry = await row(inspector, path);
  await entry.getByRole("button", { name: /^Preview/ }).click();
  const dialog = dialogOf(inspector);
  await dialog.locator("footer span").first().waitFor();
  return dialog;
}

/** The dialogue that shows a file. @param {Inspector} inspector */
export function dialogOf({ page }) {
  return page.locator("layerglass-preview-dialog").getByRole("dialog");
}

/** Text of all rows that are drawn. @param {import("playwright-core").Locator} dialog @param {string} part */
export async function rowsOf(dialog, part) {
  const rows = dialog.locator(`${part} .row`);
  await rows.first().waitFor();
  return rows.allTextContents();
}
