export { launch } from "../../support/chromium.js";
