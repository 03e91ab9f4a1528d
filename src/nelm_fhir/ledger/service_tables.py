"""The tables of the service: messages with their answers, what stands of each patient, and hooks.

A ledger of version 1 is brought up by making them beside what it holds, one of version 2 by adding
the line of the worklist.
"""

from typing import Final

_MESSAGE: Final = """
CREATE TABLE message (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL,
  job TEXT NOT NULL UNIQUE,
  door TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT '',
  event TEXT NOT NULL DEFAULT '',
  as_of TEXT NOT NULL,
  wish BLOB NOT NULL DEFAULT x'',
  body BLOB NOT NULL DEFAULT x'',
  reply_to TEXT NOT NULL DEFAULT '',
  received TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('received', 'evaluated', 'written', 'failed', 'superseded', 'cancelled')
  ),
  status INTEGER NOT NULL DEFAULT 0,
  answer BLOB NOT NULL DEFAULT x'',
  changed TEXT NOT NULL DEFAULT ''
)
"""
"""A message, in the order of arrival: what came, and what was answered.

`key` is its name at the sender, `content` the digest of what it says, `job` the name of its status
address, `door` where it came in, `source` whose names of patients it uses, `event` its moment in
UTC, empty where it tells none. `body` is kept until it is answered, `reply_to` until the answer was
delivered there. BLOBs are packed by `packing.py`.
"""

_WAITING: Final = "CREATE INDEX message_waiting ON message (state, number)"

_JUDGMENT: Final = """
CREATE TABLE judgment (
  message INTEGER PRIMARY KEY REFERENCES message(number) ON DELETE CASCADE,
  source TEXT NOT NULL,
  patient TEXT NOT NULL,
  as_of TEXT NOT NULL,
  event TEXT NOT NULL,
  assessment BLOB NOT NULL,
  profile BLOB NOT NULL,
  judged TEXT NOT NULL
)
"""
"""What was judged of one message: documents that stay as long as a set rests on them."""

_NEWEST: Final = """
CREATE TABLE newest (
  source TEXT NOT NULL,
  patient TEXT NOT NULL,
  set_id TEXT NOT NULL,
  set_version TEXT NOT NULL,
  verdict TEXT NOT NULL,
  event TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES judgment(message) ON DELETE CASCADE,
  PRIMARY KEY (source, patient, set_id)
)
"""
"""The one result that stands for a patient and a set: that of the newest input."""

_OF_MESSAGE: Final = "CREATE INDEX newest_of_message ON newest (message)"

_HOOK: Final = """
CREATE TABLE hook (
  name TEXT PRIMARY KEY,
  epoch TEXT NOT NULL DEFAULT '',
  last INTEGER NOT NULL DEFAULT 0,
  heard TEXT NOT NULL DEFAULT '',
  asked TEXT NOT NULL DEFAULT '',
  missed TEXT NOT NULL DEFAULT ''
)
"""
"""A subscription, by its name at this site.

`epoch` names the time since its events were last numbered from the beginning, `last` is the number
up to which they were taken, so that a gap is seen also after a restart. `heard` is the last moment
anything came, `asked` that up to which we asked by ourselves, `missed` since when it is silent.
"""

LINE_OF_JUDGMENT: Final = "ALTER TABLE judgment ADD COLUMN line BLOB NOT NULL DEFAULT x''"
"""The line of the worklist; empty where the patient stands in none, or an older program judged."""

SERVICE_TABLES: Final = (_MESSAGE, _WAITING, _JUDGMENT, _NEWEST, _OF_MESSAGE, _HOOK)
