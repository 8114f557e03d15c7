CREATE TABLE IF NOT EXISTS messages (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    changed         INTEGER NOT NULL,
    sid             TEXT NOT NULL UNIQUE,
    direction       TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound-api', 'outbound-reply')),
    sender          TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    body            TEXT NOT NULL,
    status          TEXT NOT NULL,
    error_code      INTEGER,
    status_callback TEXT NOT NULL DEFAULT '',
    extras          TEXT NOT NULL DEFAULT '{}',
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    sent_at         TEXT,
    deleted         INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS messages_changed ON messages (changed);
CREATE INDEX IF NOT EXISTS messages_status ON messages (status, seq);

CREATE TABLE IF NOT EXISTS media (
    sid          TEXT PRIMARY KEY,
    message_sid  TEXT NOT NULL REFERENCES messages (sid),
    position     INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    content      BLOB NOT NULL,
    created_at   TEXT NOT NULL,
    deleted      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS media_of_message ON media (message_sid, position);

CREATE TABLE IF NOT EXISTS opt_outs (
    number     TEXT NOT NULL,
    subscriber TEXT NOT NULL,
    PRIMARY KEY (number, subscriber)
);

CREATE TABLE IF NOT EXISTS sequence (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT OR IGNORE INTO sequence VALUES (1, 0);

CREATE TABLE IF NOT EXISTS media_urls (
    message_sid TEXT NOT NULL REFERENCES messages (sid),
    position    INTEGER NOT NULL,
    url         TEXT NOT NULL,
    PRIMARY KEY (message_sid, position)
);

CREATE TABLE IF NOT EXISTS recordings (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    sid          TEXT NOT NULL UNIQUE,
    call_sid     TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('completed', 'absent')),
    duration     INTEGER NOT NULL,
    content      BLOB NOT NULL,
    callback     TEXT NOT NULL,
    is_reported  INTEGER NOT NULL DEFAULT 0,
    created_at   TEXT NOT NULL,
    deleted      INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS webhooks (
    sid   TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (sid, field)
);
