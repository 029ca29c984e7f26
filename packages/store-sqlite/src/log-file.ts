import { randomBytes } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { FaultError } from './fault.ts'
import { type Doubt, doubt, type FileMark } from './generation.ts'
import { APPLICATION_ID, MIGRATIONS, migrate, numberOf, versionOf } from './schema.ts'
import { openDatabase } from './sqlite-driver.ts'
import { readWitness, type Witness, writeWitness } from './witness.ts'

/** What an acknowledged commit survives: the death of the process, or of the machine too. */
export type Durability = 'process' | 'power'

export interface LogFileOptions {
  readonly directory: string
  readonly durability: Durability
  /** Names the current run of the machine. */
  readonly boot: string
  /** How long to wait for a process that is just ending. */
  readonly lockWaitMs: number
}

/** The walk that finds damage takes about a second for each gigabyte: a larger file is found damaged when it is read. */
const CHECKED_BYTES = 64 * 1024 * 1024
/** The write-ahead log is cut back to this after it has grown. */
const JOURNAL_BYTES = 64 * 1024 * 1024
const CACHE_KIB = 16 * 1024

/** On macOS a plain sync leaves the data in the drive's own memory; elsewhere `fullfsync` says nothing. */
const SYNC: Record<Durability, string> = {
  process: 'PRAGMA synchronous = NORMAL; PRAGMA fullfsync = OFF; PRAGMA checkpoint_fullfsync = OFF;',
  power: 'PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;',
}

export function databaseFile(directory: string): string {
  return join(directory, 'longwire.db')
}

/**
 * The database, held by this process alone: it is locked, checked, brought to the present version, and marked as open,
 * so that the next opening can tell whether something may have been lost.
 */
export class LogFile {
  readonly database: DatabaseSync
  readonly generation: string
  /** Why the generation is a new one; undefined when it is the one before. */
  readonly renewed: Doubt | undefined
  readonly #lock: DatabaseSync
  readonly #witnessFile: string
  readonly #witness: Omit<Witness, 'mark'>
  #mark: number

  constructor(options: LogFileOptions) {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 })
    this.#witnessFile = join(options.directory, 'longwire.witness')
    this.#witness = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
    this.#lock = takeLock(options, this.#witnessFile)
    try {
      this.database = openChecked(databaseFile(options.directory))
    } catch (cause) {
      this.#lock.close()
      throw cause
    }
    try {
      prepare(this.database)
      const opened = markOpened(this.database, options, readWitness(this.#witnessFile)?.mark)
      this.generation = opened.generation
      this.renewed = opened.renewed
      this.#mark = opened.mark
      this.#tellWitness()
      if (options.durability === 'process') this.database.exec(SYNC.process)
    } catch (cause) {
      this.database.close()
      this.#lock.close()
      throw cause
    }
  }

  /** Raises the mark in the file. Called inside of a transaction; `tellMark` after it. */
  raiseMark(): void {
    this.database.exec('UPDATE file SET mark = mark + 1')
  }

  /** Writes the raised mark down beside the file. Where that fails the old one stays, which only tells less. */
  tellMark(): void {
    this.#mark += 1
    try {
      this.#tellWitness()
    } catch {}
  }

  /** Puts everything on the disk, says so in the file, and lets go of it. */
  close(): void {
    try {
      this.database.exec(SYNC.power)
      this.database.exec('UPDATE file SET mark = mark + 1, unsynced_boot = NULL')
      this.tellMark()
    } catch {
      // No room to say so: the next opening takes it for a death of the process, which it survives as well.
    }
    this.database.close()
    this.#lock.close()
  }

  #tellWitness(): void {
    writeWitness(this.#witnessFile, { ...this.#witness, mark: this.#mark })
  }
}

/** The operating system frees this lock whatever way the process ends, unlike a file that says who is there. */
function takeLock({ directory, lockWaitMs }: LogFileOptions, witnessFile: string): DatabaseSync {
  const lock = openDatabase(join(directory, 'longwire.lock'), { readOnly: false })
  try {
    lock.exec(`PRAGMA busy_timeout = ${lockWaitMs}`)
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    if ((cause as { errcode?: number }).errcode !== 5) throw cause
    const held = readWitness(witnessFile)
    const who = held ? `process ${held.pid} on ${held.host}, since ${held.since}` : 'another process'
    throw new FaultError('locked', `${directory} is in use by ${who}: stop it, or use another directory`)
  }
}

/** Opens the database and refuses what is not ours, or not sound, before anything in it is changed. */
function openChecked(file: string): DatabaseSync {
  const database = openDatabase(file, { readOnly: false })
  try {
    database.exec('PRAGMA busy_timeout = 5000')
    const version = versionOf(database)
    const isEmpty = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0
    if (!isEmpty && numberOf(database, 'PRAGMA application_id') !== APPLICATION_ID) {
      throw new FaultError('corrupt', `${file} is a SQLite database, but not a log of Longwire: use another directory`)
    }
    if (version > MIGRATIONS.length) {
      throw new FaultError(
        'newer',
        `${file} has version ${version} of the log, and this Longwire knows versions up to ${MIGRATIONS.length}: ` +
          'run the newer Longwire that wrote it, or use another directory',
      )
    }
    if (statSync(file).size <= CHECKED_BYTES) assertSound(database, file)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

function assertSound(database: DatabaseSync, file: string): void {
  const found = Object.values(database.prepare('PRAGMA quick_check(1)').get()!)[0]
  if (found === 'ok') return
  throw new FaultError('corrupt', `${file} is damaged: keep it, and restore a copy or use another directory (${found})`)
}

function prepare(database: DatabaseSync): void {
  // Only heard before the first table is made.
  database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  const journal = Object.values(database.prepare('PRAGMA journal_mode = WAL').get()!)[0]
  if (journal !== 'wal') {
    throw new FaultError('unwritable', `the file system cannot hold a write-ahead log (${journal}): use a local one`)
  }
  database.exec(`
    ${SYNC.power}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA secure_delete = FAST;
    PRAGMA journal_size_limit = ${JOURNAL_BYTES};
    PRAGMA cache_size = -${CACHE_KIB};`)
  migrate(database)
}

interface Opened {
  readonly generation: string
  readonly mark: number
  readonly renewed: Doubt | undefined
}

/** Written with full sync whatever the durability: it must be on the disk before the first commit that may not be. */
function markOpened(database: DatabaseSync, options: LogFileOptions, witnessed: number | undefined): Opened {
  const found = { boot: options.boot, witnessed, ...identityOf(databaseFile(options.directory)) }
  const before = readMark(database)
  const renewed = before && doubt(before, found)
  const generation = before && !renewed ? before.generation : randomBytes(6).toString('base64url')
  const mark = Math.max(before?.mark ?? 0, witnessed ?? 0) + 1
  database
    .prepare('INSERT OR REPLACE INTO file (id, generation, mark, unsynced_boot, inode, born) VALUES (1, ?, ?, ?, ?, ?)')
    .run(generation, mark, options.durability === 'process' ? options.boot : null, found.inode, found.born)
  return { generation, mark, renewed }
}

function readMark(database: DatabaseSync): FileMark | undefined {
  const sql = 'SELECT generation, mark, unsynced_boot AS unsyncedBoot, inode, born FROM file'
  return database.prepare(sql).get() as FileMark | undefined
}

function identityOf(file: string): Pick<FileMark, 'inode' | 'born'> {
  const { ino, birthtimeNs, ctimeNs } = statSync(file, { bigint: true })
  // A file system that does not know the birth says 0, or the time of the last change.
  const isKnown = birthtimeNs > 0n && birthtimeNs !== ctimeNs
  return { inode: String(ino), born: isKnown ? String(birthtimeNs) : null }
}
