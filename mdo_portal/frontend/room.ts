// What only a meeting room or a conclusion page needs: shared notes, being present, following the chair.
import { startDocument } from "./room/document";
import { startFollowing } from "./room/follow";
import { startNotes } from "./room/note";
import { startPresence } from "./room/presence";

startPresence();
startNotes();
startFollowing();
startDocument();
