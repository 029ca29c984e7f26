import type { ToolSet } from '@longwire/agent'
import type { Book } from '../book/book.ts'
import { MARKET_FILE, type Market } from '../market/market.ts'
import { cancelOrder } from './cancel-order.ts'
import { compareGroups } from './compare-groups.ts'
import { correlate } from './correlate.ts'
import { findInstruments } from './find-instruments.ts'
import { findLargeMoves } from './find-large-moves.ts'
import { getPrices } from './get-prices.ts'
import { measureRisk } from './measure-risk.ts'
import { movingAverages } from './moving-averages.ts'
import { placeOrder } from './place-order.ts'
import { rankPerformance } from './rank-performance.ts'
import { runSql } from './run-sql.ts'
import { searchNotes } from './search-notes.ts'
import { showBook } from './show-book.ts'
import { startBacktest } from './start-backtest.ts'

/** All that finds things out, by the names a model calls. These only read. */
export function marketTools(market: Market, file: string = MARKET_FILE) {
  return {
    find_instruments: findInstruments(market),
    get_prices: getPrices(market),
    rank_performance: rankPerformance(market),
    compare_groups: compareGroups(market),
    measure_risk: measureRisk(market),
    correlate: correlate(market),
    moving_averages: movingAverages(market),
    find_large_moves: findLargeMoves(market),
    search_notes: searchNotes(market),
    run_sql: runSql(file),
  } satisfies ToolSet
}

/** The tools of the paper book. */
export function bookTools(book: Book) {
  return {
    show_book: showBook(book),
    place_order: placeOrder(book),
    cancel_order: cancelOrder(book),
  } satisfies ToolSet
}

/** What is planned in a turn and done after it. */
export function plannedTools(market: Market) {
  return { start_backtest: startBacktest(market) } satisfies ToolSet
}
