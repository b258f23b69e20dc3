/** Pages that tests look at. */
export { launch } from "../../support/chromium.js";

/** A new page, and what went wrong on it. */
export async function openPage(browser, address) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}
