import { workOffline } from "./offline/register.ts";
import { allowOwnScripts } from "./trusted.ts";
import { applyTheme } from "./ui/theme.ts";
import { applyTokens } from "./ui/tokens.ts";
import "./app.ts";

allowOwnScripts();
applyTokens();
applyTheme();
workOffline();
