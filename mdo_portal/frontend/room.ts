// What only a meeting room or a conclusion page needs: shared notes and being present.
import { startNotes } from "./room/note";
import { startPresence } from "./room/presence";

startPresence();
startNotes();
