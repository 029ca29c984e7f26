import { DatabaseSync } from 'node:sqlite'
import { FIRST_DATE, LAST_DATE } from './calendar.ts'
import { type NoteRow, writeNotes } from './notes.ts'
import { type PriceRow, walkPrices } from './price-walk.ts'
import { type Instrument, UNIVERSE } from './universe.ts'

const SEED = 20_261_052

const SCHEMA = `
  CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE instruments (
    ticker TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, sector TEXT, region TEXT NOT NULL,
    currency TEXT NOT NULL, description TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE prices (
    ticker TEXT NOT NULL REFERENCES instruments, date TEXT NOT NULL,
    open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume INTEGER,
    PRIMARY KEY (ticker, date)
  ) WITHOUT ROWID;
  CREATE TABLE notes (
    id INTEGER PRIMARY KEY, date TEXT NOT NULL, desk TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
    tags TEXT NOT NULL
  );
  CREATE INDEX notes_by_date ON notes (date);
  CREATE TABLE note_tags (
    note INTEGER NOT NULL REFERENCES notes, kind TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (note, kind, value)
  ) WITHOUT ROWID;
  CREATE VIRTUAL TABLE notes_text USING fts5 (
    title, body, tags, content = 'notes', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
  );
`

/** Makes the whole market from the seed and writes it into a new SQLite file. The same seed gives the same rows. */
export function writeMarketFile(path: string, seed: number = SEED): void {
  const prices = walkPrices(seed)
  const notes = writeNotes(prices)
  const db = new DatabaseSync(path)
  try {
    // One plain file with no journal beside it: it is opened for reading only, maybe from a disk that cannot be written.
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192;')
    db.exec(SCHEMA)
    db.exec('BEGIN')
    insertAbout(db, seed)
    insertInstruments(db, UNIVERSE)
    insertPrices(db, prices)
    insertNotes(db, notes)
    db.exec('COMMIT')
    db.exec(
      "INSERT INTO notes_text (notes_text) VALUES ('rebuild'); INSERT INTO notes_text (notes_text) VALUES ('optimize'); VACUUM; ANALYZE;",
    )
  } finally {
    db.close()
  }
}

function insertAbout(db: DatabaseSync, seed: number): void {
  const insert = db.prepare('INSERT INTO about VALUES (?, ?)')
  const about = {
    says: 'Generated from a seed by data/generate.ts. No company, price or note in here is real.',
    seed: String(seed),
    first_date: FIRST_DATE,
    last_date: LAST_DATE,
  }
  for (const [key, value] of Object.entries(about)) insert.run(key, value)
}

function insertInstruments(db: DatabaseSync, instruments: readonly Instrument[]): void {
  const insert = db.prepare('INSERT INTO instruments VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (const { ticker, name, kind, sector, region, currency, description } of instruments) {
    insert.run(ticker, name, kind, sector, region, currency, description)
  }
}

function insertPrices(db: DatabaseSync, prices: readonly PriceRow[]): void {
  const insert = db.prepare('INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (const { ticker, date, open, high, low, close, volume } of prices) {
    insert.run(ticker, date, open, high, low, close, volume)
  }
}

function insertNotes(db: DatabaseSync, notes: readonly NoteRow[]): void {
  const insert = db.prepare('INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)')
  const tag = db.prepare('INSERT INTO note_tags VALUES (?, ?, ?)')
  const names = new Map(UNIVERSE.map(({ ticker, name }) => [ticker, name]))
  for (const { id, date, desk, title, body, tickers, sectors, regions } of notes) {
    const tags = [...tickers.map((ticker) => `${ticker} ${names.get(ticker)}`), ...sectors, ...regions]
    insert.run(id, date, desk, title, body, tags.join(', '))
    for (const ticker of tickers) tag.run(id, 'ticker', ticker)
    for (const sector of sectors) tag.run(id, 'sector', sector)
    for (const region of regions) tag.run(id, 'region', region)
  }
}
