"""The tables of the ledger. They are made once; what an older program made is brought up by steps.

Days and moments are ISO texts, digests hexadecimal texts, lists and mappings JSON. Rows hold the
records' answers about patients, so the file is as confidential as the records themselves. No
STRICT tables and no RETURNING: the SQLite of older enterprise systems knows neither.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from nelm_fhir.ledger.service_tables import LINE_OF_JUDGMENT, SERVICE_TABLES

VERSION: Final = 3
"""`user_version` of a ledger with these tables."""
APPLICATION: Final = 0x4E454C4D
"""`application_id`: the letters NELM, so that another program's database is never written to."""

_RUN: Final = """
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  as_of TEXT NOT NULL,
  catalogue TEXT NOT NULL,
  options TEXT NOT NULL,
  source TEXT NOT NULL,
  program TEXT NOT NULL,
  about TEXT NOT NULL DEFAULT '{}',
  started TEXT NOT NULL,
  finished TEXT,
  state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
  counts TEXT NOT NULL DEFAULT '{}'
)
"""
"""One run: what was asked of it (a repetition needs no more), when, and how it ended.

Runs that agree in `as_of`, `catalogue`, `options`, `source` (the fingerprint of the input) and
`program` give the same; `about` tells what else a repetition needs to know.
"""

_SHARD: Final = """
CREATE TABLE shard (
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  counts TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (run, name)
)
"""
"""A part of a run that is done whole, its patients with it: a killed run does the others."""

_PATIENT: Final = """
CREATE TABLE patient (
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  patient TEXT NOT NULL,
  state TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  shard TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '',
  deceased INTEGER NOT NULL DEFAULT 0,
  place INTEGER,
  missing INTEGER NOT NULL DEFAULT 0,
  earliest TEXT NOT NULL DEFAULT '',
  line BLOB NOT NULL DEFAULT x'',
  assessment BLOB NOT NULL DEFAULT x'',
  profile BLOB NOT NULL DEFAULT x'',
  resources BLOB NOT NULL DEFAULT x'',
  error TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  remedy TEXT NOT NULL DEFAULT '',
  issue_type TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  kept BLOB NOT NULL DEFAULT x'',
  PRIMARY KEY (run, patient)
)
"""
"""A patient of a run. `place`, `missing` and `earliest` are the order of the worklist.

Who has no `place` stands in no worklist: the deceased, and whoever could not be assessed, with the
runs in which this very input failed (`attempts`). BLOBs are packed by `packing.py`.
"""

_WORKLIST: Final = "CREATE INDEX worklist ON patient (run, place, missing, earliest, patient)"

_RESULT: Final = """
CREATE TABLE result (
  server TEXT NOT NULL,
  strategy TEXT NOT NULL,
  key TEXT NOT NULL,
  patient TEXT NOT NULL,
  set_id TEXT NOT NULL,
  set_version TEXT NOT NULL,
  as_of TEXT NOT NULL,
  input_digest TEXT NOT NULL,
  catalogue_digest TEXT NOT NULL,
  content TEXT NOT NULL,
  verdict TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  newest_input TEXT NOT NULL DEFAULT '',
  basis TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL
    CHECK (state IN ('evaluated', 'sending', 'retracting', 'written', 'failed', 'retracted')),
  server_id TEXT NOT NULL DEFAULT '',
  server_version TEXT NOT NULL DEFAULT '',
  assessment BLOB NOT NULL,
  owed BLOB NOT NULL DEFAULT x'',
  run INTEGER REFERENCES run(id) ON DELETE SET NULL,
  changed TEXT NOT NULL,
  PRIMARY KEY (server, strategy, key)
)
"""
"""A result for a server: one row per identity and strategy, since a site may send two shapes.

`content` is the digest of what would be news to a reader; `newest_input` the youngest moment of
the record it was made from; `basis` what it rests on; `assessment` the resource itself; `owed` the
Provenance that the server does not have yet.
"""

_OF_PATIENT: Final = "CREATE INDEX result_of_patient ON result (patient, set_id)"

_HOLD: Final = """
CREATE TABLE hold (
  server TEXT NOT NULL,
  patient TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('writing', 'alarm')),
  since TEXT NOT NULL,
  PRIMARY KEY (server, patient, kind)
)
"""
"""A patient for whom nobody else may write: one writer is at work, or an alarm waits for people."""

TABLES: Final = (_RUN, _SHARD, _PATIENT, _WORKLIST, _RESULT, _OF_PATIENT, _HOLD, *SERVICE_TABLES,
                 LINE_OF_JUDGMENT)  # fmt: skip

STEPS: Final[Mapping[int, Sequence[str]]] = {1: SERVICE_TABLES, 2: (LINE_OF_JUDGMENT,)}
"""What brings a ledger of a version up to the next one."""
