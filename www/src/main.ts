import { workOffline } from "./offline/register.ts";
import { allowOwnScripts } from "./trusted.ts";
import { applyTheme } from "./ui/theme.ts";
import "./app.ts";

allowOwnScripts();
applyTheme();
workOffline();
