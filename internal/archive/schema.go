package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// applicationID marks the database file as ours ("MQry").
const applicationID = 0x4d517279

// migrations hold one script for each schema version, in order. A released
// script is never edited; a change of schema is a new one at the end.
func migrations() []string { return []string{schema1, schema2, schema3, schema4, schema5, schema6} }

// The content of a message stands apart from its row: rows stay small, so that
// marking, moving and counting touch no payload. The digest of a payload and
// its parts' number stand in the row, so that a replay is recognised without
// reading them.
const schema1 = `
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row: the Seq of the latest change and the last message id given out.
CREATE TABLE clock (
  seq     INTEGER NOT NULL,
  message INTEGER NOT NULL
);
INSERT INTO clock VALUES (0, 0);

CREATE TABLE source (
  name     TEXT PRIMARY KEY,
  link     TEXT NOT NULL DEFAULT '',
  complete INTEGER NOT NULL DEFAULT 0,
  full     INTEGER NOT NULL DEFAULT 1,
  round    INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

CREATE TABLE mailbox (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  source       TEXT NOT NULL,
  key          TEXT NOT NULL,
  address      TEXT NOT NULL,
  name         TEXT NOT NULL,
  aliases      TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  state        TEXT NOT NULL,
  reason       TEXT NOT NULL DEFAULT '',
  payload      BLOB,
  settings     BLOB,
  seen         INTEGER NOT NULL,
  last_attempt INTEGER NOT NULL DEFAULT 0,
  last_success INTEGER NOT NULL DEFAULT 0,
  last_error   TEXT NOT NULL DEFAULT '',
  link         TEXT NOT NULL DEFAULT '',
  complete     INTEGER NOT NULL DEFAULT 0,
  full         INTEGER NOT NULL DEFAULT 1,
  round        INTEGER NOT NULL DEFAULT 1,
  UNIQUE (source, key)
);

CREATE TABLE folder (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox      INTEGER NOT NULL REFERENCES mailbox(id),
  key          TEXT NOT NULL,
  parent_key   TEXT NOT NULL,
  name         TEXT NOT NULL,
  well_known   TEXT NOT NULL,
  hidden       INTEGER NOT NULL,
  skip         INTEGER NOT NULL,
  total        INTEGER NOT NULL,
  payload      BLOB,
  gone         INTEGER NOT NULL DEFAULT 0,
  seen         INTEGER NOT NULL,
  done         INTEGER NOT NULL DEFAULT 0,
  last_attempt INTEGER NOT NULL DEFAULT 0,
  last_success INTEGER NOT NULL DEFAULT 0,
  last_error   TEXT NOT NULL DEFAULT '',
  link         TEXT NOT NULL DEFAULT '',
  complete     INTEGER NOT NULL DEFAULT 0,
  full         INTEGER NOT NULL DEFAULT 1,
  round        INTEGER NOT NULL DEFAULT 1,
  UNIQUE (mailbox, key)
);

CREATE TABLE message (
  id      INTEGER PRIMARY KEY,
  seq     INTEGER NOT NULL,
  mailbox INTEGER NOT NULL,
  folder  INTEGER NOT NULL REFERENCES folder(id),
  key     TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  seen    INTEGER NOT NULL,
  parts   INTEGER NOT NULL,
  failed  INTEGER NOT NULL,
  stamp   TEXT NOT NULL,
  sum     BLOB
);
CREATE UNIQUE INDEX message_key ON message (mailbox, key);
CREATE UNIQUE INDEX message_seq ON message (seq);
CREATE INDEX message_folder ON message (folder, seq) WHERE deleted = 0;
CREATE INDEX message_failed ON message (folder) WHERE failed = 1 AND deleted = 0;

CREATE TABLE content (
  message INTEGER PRIMARY KEY REFERENCES message(id),
  format  TEXT NOT NULL,
  codec   INTEGER NOT NULL,
  size    INTEGER NOT NULL,
  payload BLOB NOT NULL
);

CREATE TABLE part (
  message      INTEGER NOT NULL REFERENCES message(id),
  idx          INTEGER NOT NULL,
  key          TEXT NOT NULL,
  name         TEXT NOT NULL,
  content_type TEXT NOT NULL,
  content_id   TEXT NOT NULL,
  kind         TEXT NOT NULL,
  inline       INTEGER NOT NULL,
  size         INTEGER NOT NULL,
  digest       BLOB,
  problem      TEXT NOT NULL,
  pending      INTEGER NOT NULL,
  PRIMARY KEY (message, idx)
) WITHOUT ROWID;
CREATE INDEX part_digest ON part (digest) WHERE digest IS NOT NULL;
CREATE INDEX part_pending ON part (message, idx) WHERE pending = 1;

CREATE TABLE problem (
  mailbox INTEGER NOT NULL,
  key     TEXT NOT NULL,
  folder  INTEGER NOT NULL REFERENCES folder(id),
  round   INTEGER NOT NULL,
  reason  TEXT NOT NULL,
  PRIMARY KEY (mailbox, key, folder)
) WITHOUT ROWID;
CREATE INDEX problem_folder ON problem (folder, round);

CREATE TABLE text (
  id      INTEGER PRIMARY KEY,
  digest  BLOB NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  state   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  type    TEXT NOT NULL,
  made    INTEGER NOT NULL,
  codec   INTEGER NOT NULL,
  text    BLOB NOT NULL
);
`

// Schema 2 tells what is gone at the source from what is gone here, knows the
// configured scope, and keeps problems, holds and proofs of coverage.
const schema2 = `
ALTER TABLE mailbox ADD COLUMN removed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN final INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN last_change INTEGER NOT NULL DEFAULT 0;
UPDATE mailbox SET removed_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000 WHERE state = 'removed';

ALTER TABLE folder ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0;

-- When the message was found to be gone at the source; 0 while it is there.
ALTER TABLE message ADD COLUMN gone_at INTEGER NOT NULL DEFAULT 0;
DROP INDEX message_folder;
CREATE INDEX message_folder ON message (folder, gone_at, seq) WHERE deleted = 0;
CREATE INDEX message_live ON message (mailbox) WHERE deleted = 0;
CREATE INDEX message_gone ON message (mailbox, gone_at) WHERE gone_at <> 0 AND deleted = 0;

DROP INDEX problem_folder;
ALTER TABLE problem RENAME TO problem1;
CREATE TABLE problem (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox   INTEGER NOT NULL, -- 0 for the tenant's
  folder    INTEGER NOT NULL, -- 0 for the mailbox's
  kind      TEXT NOT NULL,
  key       TEXT NOT NULL,
  part      TEXT NOT NULL,
  reason    TEXT NOT NULL,
  code      TEXT NOT NULL,
  permanent INTEGER NOT NULL,
  attempts  INTEGER NOT NULL,
  first     INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  next      INTEGER NOT NULL, -- 0: only when asked for
  round     INTEGER NOT NULL, -- of the folder
  UNIQUE (mailbox, folder, kind, key, part)
);
CREATE INDEX problem_folder ON problem (folder, kind, round);
INSERT INTO problem (mailbox, folder, kind, key, part, reason, code, permanent, attempts, first, last, next, round)
  SELECT mailbox, folder, 'message', key, '', reason, '', 0, 1, 1, 1, 1, round FROM problem1;
DROP TABLE problem1;

CREATE TABLE hold (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox INTEGER NOT NULL, -- 0: by query
  query   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  by      TEXT NOT NULL,
  since   INTEGER NOT NULL
);

CREATE TABLE coverage (
  folder  INTEGER PRIMARY KEY,
  mailbox INTEGER NOT NULL,
  report  TEXT NOT NULL -- JSON
);
`

// Schema 3 keeps proofs of coverage in columns, so that they can be summed up
// without reading each.
const schema3 = `
ALTER TABLE coverage RENAME TO coverage2;
CREATE TABLE coverage (
  folder       INTEGER PRIMARY KEY,
  mailbox      INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  source       INTEGER NOT NULL,
  stored       INTEGER NOT NULL,
  indexed      INTEGER NOT NULL,
  set_aside    INTEGER NOT NULL,
  kept         INTEGER NOT NULL,
  out_of_scope INTEGER NOT NULL,
  missing      INTEGER NOT NULL,
  surplus      INTEGER NOT NULL,
  stale        INTEGER NOT NULL,
  unindexed    INTEGER NOT NULL,
  repaired     INTEGER NOT NULL,
  unexplained  INTEGER NOT NULL,
  why          TEXT NOT NULL,
  error        TEXT NOT NULL
);
CREATE INDEX coverage_mailbox ON coverage (mailbox);
INSERT INTO coverage SELECT folder, mailbox, CAST(strftime('%s', json_extract(report, '$.At')) AS INTEGER) * 1000000,
    json_extract(report, '$.Source'),
    json_extract(report, '$.Stored'),
    json_extract(report, '$.Indexed'),
    json_extract(report, '$.SetAside'),
    json_extract(report, '$.Kept'),
    json_extract(report, '$.OutOfScope'),
    json_extract(report, '$.Missing'),
    json_extract(report, '$.Surplus'),
    json_extract(report, '$.Stale'),
    json_extract(report, '$.Unindexed'),
    json_extract(report, '$.Repaired'),
    json_extract(report, '$.Unexplained'),
    json_extract(report, '$.Why'), json_extract(report, '$.Error')
  FROM coverage2;
DROP TABLE coverage2;
`

// Schema 4 knows by which readers a text was made, and where in its document
// each stretch stands.
const schema4 = `
ALTER TABLE text ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
ALTER TABLE text ADD COLUMN places BLOB NOT NULL DEFAULT x'';
ALTER TABLE text DROP COLUMN version;
CREATE INDEX text_made_by ON text (made_by);
`

// Schema 5 remembers what each sender's messages end with, by fingerprints: the
// paragraph's and its sender's, and those of the first messages it was seen in.
const schema5 = `
CREATE TABLE tail (
  key INTEGER PRIMARY KEY,
  a   INTEGER NOT NULL,
  b   INTEGER NOT NULL,
  c   INTEGER NOT NULL
);
`

// Schema 6 keeps what was told of messages' texts.
const schema6 = `
CREATE TABLE reading (
  message INTEGER PRIMARY KEY,
  data    BLOB NOT NULL
);
`

// migrate brings the database to the newest schema, each step in a transaction
// of its own together with its version number.
func migrate(ctx context.Context, conn *sql.Conn) error {
	var app, version int
	if err := conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return fmt.Errorf("read the application id: %w", err)
	}
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	steps := migrations()
	switch {
	case version > 0 && app != applicationID:
		return ErrForeign
	case version > len(steps):
		return fmt.Errorf("%w (schema %d, this one knows %d)", ErrNewer, version, len(steps))
	}
	for n := version; n < len(steps); n++ {
		script := "BEGIN IMMEDIATE;\n" + steps[n] +
			"PRAGMA application_id = " + strconv.Itoa(applicationID) + ";\n" +
			"PRAGMA user_version = " + strconv.Itoa(n+1) + ";\nCOMMIT;"
		if _, err := conn.ExecContext(ctx, script); err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return fmt.Errorf("bring the schema to version %d: %w", n+1, err)
		}
	}
	return nil
}
