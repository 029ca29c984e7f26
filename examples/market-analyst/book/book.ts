import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Market } from '../market/market.ts'
import { centsOf, quoteOf } from '../market/quote.ts'
import { checkOrder, MOST_OPEN, OrderRefused, type Ticket } from './rules.ts'

/** What a book begins with, in cents of the American dollar (AXD), in which it is kept. */
const OPENING_CENTS = 10_000_000

export type Order = {
  /** Counted from 1 in each book. */
  readonly number: number
  readonly side: 'buy' | 'sell'
  readonly ticker: string
  readonly name: string
  readonly quantity: number
  /** The price limit, in the currency of the share. */
  readonly limit: number | null
  /** An open order waits for its limit, and holds back what it may need. */
  readonly status: 'filled' | 'open' | 'cancelled'
  /** What it was filled at; for one that was not filled its limit. */
  readonly price: number
  readonly currency: string
  /** Quantity times price, in AXD. */
  readonly value: number
}

export type Position = {
  readonly ticker: string
  readonly name: string
  readonly quantity: number
  readonly currency: string
  readonly lastClose: number
  /** What it would bring now, in AXD. */
  readonly value: number
  /** What was paid for it, in AXD: the average of all that was bought. */
  readonly cost: number
}

export type BookState = {
  readonly currency: 'AXD'
  readonly cash: number
  /** What open orders to buy hold back. */
  readonly reserved: number
  readonly positions: Position[]
  /** Those that are open, then the latest; at most 20. */
  readonly orders: Order[]
  /** Cash and positions together. */
  readonly total: number
}

/** Whose order it is, and the call it came with: the same call is the same order. */
export interface Caller {
  readonly principal: string
  readonly session: string
  readonly call: string
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, principal TEXT NOT NULL, number INTEGER NOT NULL,
    session TEXT NOT NULL, call TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')), ticker TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0), price_limit REAL,
    status TEXT NOT NULL CHECK (status IN ('filled', 'open', 'cancelled')),
    price REAL NOT NULL, cents INTEGER NOT NULL,
    UNIQUE (session, call), UNIQUE (principal, number)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, principal TEXT NOT NULL, order_id INTEGER UNIQUE REFERENCES orders,
    cents INTEGER NOT NULL, ticker TEXT, shares INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entries_by_principal ON entries (principal);
  CREATE INDEX IF NOT EXISTS orders_by_principal ON orders (principal, number)`

interface OrderRow {
  readonly id: number
  readonly principal: string
  readonly number: number
  readonly side: 'buy' | 'sell'
  readonly ticker: string
  readonly quantity: number
  readonly price_limit: number | null
  readonly status: Order['status']
  readonly price: number
  readonly cents: number
}

/**
 * Paper money and paper shares, one book for each principal, in one SQLite file. Entries are only ever added: cash and
 * positions are their sums. An order, and the entry that it makes, are written together or not at all, and once for
 * each call.
 */
export class Book {
  readonly #market: Market
  readonly #path: string
  #db: DatabaseSync | undefined

  /** The file is opened, and made, where it is first needed. */
  constructor(market: Market, path: string) {
    this.#market = market
    this.#path = path
  }

  /**
   * Books the order at the last close, or leaves it open where its limit is not met. Called again with the same call it
   * answers the order that is there. Throws `OrderRefused` where a rule forbids it.
   */
  place(caller: Caller, ticket: Ticket): Order {
    return this.#atOnce((db) => {
      const before = db
        .prepare('SELECT * FROM orders WHERE session = ? AND call = ?')
        .get(caller.session, caller.call) as unknown as OrderRow | undefined
      if (before) return this.#same(before, caller, ticket)
      this.#open(db, caller.principal)
      const { share, price, isMet, cents } = checkOrder(this.#market, this.#stateOf(db, caller.principal), ticket)
      const number = this.#count(db, caller.principal) + 1
      const { lastInsertRowid: id } = db
        .prepare(
          `INSERT INTO orders (principal, number, session, call, side, ticker, quantity, price_limit, status, price, cents)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          ...[caller.principal, number, caller.session, caller.call, ticket.side, share.ticker, ticket.quantity],
          ...[ticket.price ?? null, isMet ? 'filled' : 'open', price, cents],
        )
      if (isMet) {
        const sign = ticket.side === 'buy' ? 1 : -1
        db.prepare('INSERT INTO entries (principal, order_id, cents, ticker, shares) VALUES (?, ?, ?, ?, ?)').run(
          ...[caller.principal, id, -sign * cents, share.ticker, sign * ticket.quantity],
        )
      }
      return this.#orderOf(db.prepare('SELECT * FROM orders WHERE id = ?').get(id) as unknown as OrderRow)
    })
  }

  /** Throws `OrderRefused` where `place` would. */
  check(principal: string, ticket: Ticket): void {
    checkOrder(this.#market, this.state(principal), ticket)
  }

  /** Takes back an open order; one that is cancelled already stays so. Throws `OrderRefused` for any other. */
  cancel(principal: string, number: number): Order {
    return this.#atOnce((db) => {
      const row = db
        .prepare('SELECT * FROM orders WHERE principal = ? AND number = ?')
        .get(principal, number) as unknown as OrderRow | undefined
      if (!row) throw new OrderRefused(`there is no order ${number} in this book`)
      if (row.status === 'filled') throw new OrderRefused(`order ${number} is filled: what is booked stays booked`)
      db.prepare("UPDATE orders SET status = 'cancelled' WHERE id = ?").run(row.id)
      return this.#orderOf({ ...row, status: 'cancelled' })
    })
  }

  state(principal: string): BookState {
    return this.#atOnce((db) => {
      this.#open(db, principal)
      return this.#stateOf(db, principal)
    })
  }

  close(): void {
    this.#db?.close()
    this.#db = undefined
  }

  #same(row: OrderRow, { principal, call }: Caller, { side, ticker, quantity, price }: Ticket): Order {
    const isSame =
      row.principal === principal &&
      row.side === side &&
      row.ticker === ticker.toUpperCase() &&
      row.quantity === quantity &&
      row.price_limit === (price ?? null)
    if (!isSame) throw new OrderRefused(`call ${call} has placed another order already: nothing was booked`)
    return this.#orderOf(row)
  }

  #open(db: DatabaseSync, principal: string): void {
    const { n } = db.prepare('SELECT count(*) AS n FROM entries WHERE principal = ?').get(principal) as { n: number }
    if (n === 0) db.prepare('INSERT INTO entries (principal, cents) VALUES (?, ?)').run(principal, OPENING_CENTS)
  }

  #count(db: DatabaseSync, principal: string): number {
    const row = db.prepare('SELECT count(*) AS n FROM orders WHERE principal = ?').get(principal) as { n: number }
    return row.n
  }

  #stateOf(db: DatabaseSync, principal: string): BookState {
    const { cents } = db.prepare('SELECT sum(cents) AS cents FROM entries WHERE principal = ?').get(principal) as {
      cents: number
    }
    const open = db
      .prepare(
        "SELECT coalesce(sum(cents), 0) AS cents FROM orders WHERE principal = ? AND status = 'open' AND side = 'buy'",
      )
      .get(principal) as { cents: number }
    const orders = db
      .prepare("SELECT * FROM orders WHERE principal = ? ORDER BY status = 'open' DESC, number DESC LIMIT ?")
      .all(principal, MOST_OPEN) as unknown as OrderRow[]
    const positions = this.#positions(db, principal)
    const worth = positions.reduce((sum, { value }) => sum + value, 0)
    return {
      currency: 'AXD',
      cash: cents / 100,
      reserved: open.cents / 100,
      positions,
      orders: orders.map((row) => this.#orderOf(row)),
      total: Math.round(cents + worth * 100) / 100,
    }
  }

  /** What was paid leaves with what is sold, at the average of the time. */
  #positions(db: DatabaseSync, principal: string): Position[] {
    const held = new Map<string, { quantity: number; cents: number }>()
    const entries = db
      .prepare('SELECT ticker, shares, cents FROM entries WHERE principal = ? AND ticker IS NOT NULL ORDER BY id')
      .all(principal) as unknown as { ticker: string; shares: number; cents: number }[]
    for (const { ticker, shares, cents } of entries) {
      const { quantity, cents: cost } = held.get(ticker) ?? { quantity: 0, cents: 0 }
      const left = shares > 0 ? cost - cents : cost + Math.round((cost * shares) / quantity)
      held.set(ticker, { quantity: quantity + shares, cents: left })
    }
    return [...held]
      .filter(([, { quantity }]) => quantity > 0)
      .map(([ticker, { quantity, cents }]) => {
        const { name, currency, lastClose } = quoteOf(this.#market, ticker)!
        const value = centsOf(this.#market, quantity, lastClose, currency) / 100
        return { ticker, name, quantity, currency, lastClose, value, cost: cents / 100 }
      })
      .sort((a, b) => (a.ticker < b.ticker ? -1 : 1))
  }

  #orderOf({ number, side, ticker, quantity, price_limit: limit, status, price, cents }: OrderRow): Order {
    const { name, currency } = quoteOf(this.#market, ticker)!
    return { number, side, ticker, name, quantity, limit, status, price, currency, value: cents / 100 }
  }

  #atOnce<T>(work: (db: DatabaseSync) => T): T {
    const db = this.#opened()
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = work(db)
      db.exec('COMMIT')
      return result
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }

  #opened(): DatabaseSync {
    if (this.#db) return this.#db
    mkdirSync(dirname(this.#path), { recursive: true })
    const db = new DatabaseSync(this.#path)
    // Several workers may share the file, and what is booked outlives a power failure.
    db.exec(
      `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;`,
    )
    db.exec(SCHEMA)
    this.#db = db
    return db
  }
}
