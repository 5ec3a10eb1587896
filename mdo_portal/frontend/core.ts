// Everything an ordinary page needs. One module per behaviour; each binds itself to `data-` attributes.
import "./behaviours/htmx";
import { startAges } from "./behaviours/ages";
import { startAgenda } from "./behaviours/agenda";
import { startAnswered } from "./behaviours/answered";
import { startAutosave } from "./behaviours/autosave";
import { startBar } from "./behaviours/bar";
import { startClocks } from "./behaviours/clock";
import { startComplete } from "./behaviours/complete";
import { startCopy } from "./behaviours/copy";
import { startDialogs } from "./behaviours/dialogs";
import { startFilter } from "./behaviours/filter";
import { startFocus } from "./behaviours/focus";
import { startFollowing } from "./behaviours/follow";
import { startGone } from "./behaviours/gone";
import { startKeys } from "./behaviours/keys";
import { startMenus } from "./behaviours/menu";
import { startOnce } from "./behaviours/once";
import { startPasskeys } from "./behaviours/passkeys";
import { startPasting } from "./behaviours/pasting";
import { startPreview } from "./behaviours/preview";
import { startPrint } from "./behaviours/print";
import { startRefresh } from "./behaviours/refresh";
import { startSubmitting } from "./behaviours/submitting";
import { startTabs } from "./behaviours/tabs";
import { startTheme } from "./behaviours/theme";
import { startTimeout } from "./behaviours/timeout";
import { startToasts } from "./behaviours/toasts";
import { startTyped } from "./behaviours/typed";
import { startUpload } from "./behaviours/upload";
import { startWrong } from "./behaviours/wrong";

for (const start of [
  startTheme, startBar, startToasts, startDialogs, startMenus, startKeys, startFocus, startFilter, startFollowing, startTabs, startRefresh,
  startAges, startAutosave, startAgenda, startClocks, startComplete, startCopy, startPasting, startPrint, startPreview, startUpload, startPasskeys, startTimeout,
  startGone, startAnswered, startOnce, startSubmitting, startTyped, startWrong,
]) start();
document.documentElement.classList.add("is-ready"); // from now on a key is heard: until then the page says that it is not (css/header.css)
