import type { ToolSet } from '@longwire/agent'
import { MARKET_FILE, type Market } from '../market/market.ts'
import { compareGroups } from './compare-groups.ts'
import { correlate } from './correlate.ts'
import { findInstruments } from './find-instruments.ts'
import { findLargeMoves } from './find-large-moves.ts'
import { getPrices } from './get-prices.ts'
import { measureRisk } from './measure-risk.ts'
import { movingAverages } from './moving-averages.ts'
import { rankPerformance } from './rank-performance.ts'
import { runSql } from './run-sql.ts'
import { searchNotes } from './search-notes.ts'

/** All that the analyst can do, by the names a model calls. Every tool only reads. */
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
