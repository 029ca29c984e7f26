import type { DatabaseSync } from 'node:sqlite'

/** "LWlg": says that a SQLite file is a log of ours. */
export const APPLICATION_ID = 0x4c576c67

/**
 * The steps from an empty file to the present, each in a transaction of its own; the file's `user_version` is how many
 * were taken. A step that was published is never edited: the next change is the next step.
 */
export const MIGRATIONS: readonly string[] = [
  // An appended row holds the commits of one append, a line each; `last` is the seq of its last line. The rowid table
  // with a unique index is measured faster than WITHOUT ROWID.
  `CREATE TABLE file (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     generation TEXT NOT NULL,
     mark INTEGER NOT NULL,
     unsynced_boot TEXT,
     inode TEXT NOT NULL,
     born TEXT
   ) STRICT;
   CREATE TABLE session (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL UNIQUE,
     session TEXT NOT NULL,
     agent TEXT NOT NULL,
     principal TEXT NOT NULL,
     metadata TEXT NOT NULL,
     command TEXT,
     head INTEGER NOT NULL,
     status TEXT NOT NULL,
     log TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX session_by_time ON session (created_at);
   CREATE INDEX session_by_principal ON session (principal, created_at);
   CREATE INDEX session_by_command ON session (principal, command, created_at) WHERE command IS NOT NULL;
   CREATE INDEX session_active ON session (status, created_at) WHERE status = 'running' OR status = 'waiting';
   CREATE TABLE appended (
     id INTEGER PRIMARY KEY,
     sid INTEGER NOT NULL,
     last INTEGER NOT NULL,
     lines TEXT NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX appended_by_place ON appended (sid, last);
   CREATE TABLE erased (sid INTEGER PRIMARY KEY) STRICT;`,

  // Checkpoints are a cache: what is in this table may be dropped at any time.
  `CREATE TABLE checkpoint (
     sid INTEGER PRIMARY KEY,
     seq INTEGER NOT NULL,
     json TEXT NOT NULL
   ) STRICT;`,

  // Of many sessions few are to be woken: the others are not in the index.
  `ALTER TABLE session ADD COLUMN wake_at INTEGER;
   CREATE INDEX session_by_wake ON session (wake_at) WHERE wake_at IS NOT NULL;`,

  // What a search looks through, folded as `searchable` does. Of older sessions only the title is known.
  `ALTER TABLE session ADD COLUMN summary TEXT;
   ALTER TABLE session ADD COLUMN title_text TEXT NOT NULL DEFAULT '';
   ALTER TABLE session ADD COLUMN summary_text TEXT NOT NULL DEFAULT '';
   UPDATE session SET title_text = lower(metadata ->> '$.title') WHERE json_type(metadata, '$.title') = 'text';`,
]

export function versionOf(database: DatabaseSync): number {
  return numberOf(database, 'PRAGMA user_version')
}

/** Takes the steps that are missing. One that fails leaves the file at the version before it. */
export function migrate(database: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  for (let version = versionOf(database); version < migrations.length; version += 1) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(migrations[version]!)
      database.exec(`PRAGMA user_version = ${version + 1}`)
      database.exec('COMMIT')
    } catch (cause) {
      rollback(database)
      throw cause
    }
  }
}

/** Leaves the transaction, where SQLite has not done so by itself. */
export function rollback(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // Disk full and I/O errors end the transaction before they are told.
  }
}

export function numberOf(database: DatabaseSync, sql: string): number {
  return Object.values(database.prepare(sql).get()!)[0] as number
}
