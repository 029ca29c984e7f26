import type { AskPersonInput, AskPersonOutput } from '../tools/ask-person.ts'
import type { CancelOrderInput, CancelOrderOutput } from '../tools/cancel-order.ts'
import type { CompareGroupsInput, CompareGroupsOutput } from '../tools/compare-groups.ts'
import type { CorrelateInput, CorrelateOutput } from '../tools/correlate.ts'
import type { FindInstrumentsInput, FindInstrumentsOutput } from '../tools/find-instruments.ts'
import type { FindLargeMovesInput, FindLargeMovesOutput } from '../tools/find-large-moves.ts'
import type { GetPricesInput, GetPricesOutput } from '../tools/get-prices.ts'
import type { MeasureRiskInput, MeasureRiskOutput } from '../tools/measure-risk.ts'
import type { MovingAveragesInput, MovingAveragesOutput } from '../tools/moving-averages.ts'
import type { PlaceOrderInput, PlaceOrderOutput } from '../tools/place-order.ts'
import type { RankPerformanceInput, RankPerformanceOutput } from '../tools/rank-performance.ts'
import type { RunSqlInput, RunSqlOutput } from '../tools/run-sql.ts'
import type { SearchNotesInput, SearchNotesOutput } from '../tools/search-notes.ts'
import type { ShowBookInput, ShowBookOutput } from '../tools/show-book.ts'
import type { StartBacktestInput, StartBacktestOutput } from '../tools/start-backtest.ts'
import type { MadeCall } from './conversation.ts'

interface Tools {
  find_instruments: [FindInstrumentsInput, FindInstrumentsOutput]
  get_prices: [GetPricesInput, GetPricesOutput]
  rank_performance: [RankPerformanceInput, RankPerformanceOutput]
  compare_groups: [CompareGroupsInput, CompareGroupsOutput]
  measure_risk: [MeasureRiskInput, MeasureRiskOutput]
  correlate: [CorrelateInput, CorrelateOutput]
  moving_averages: [MovingAveragesInput, MovingAveragesOutput]
  find_large_moves: [FindLargeMovesInput, FindLargeMovesOutput]
  search_notes: [SearchNotesInput, SearchNotesOutput]
  run_sql: [RunSqlInput, RunSqlOutput]
  place_order: [PlaceOrderInput, PlaceOrderOutput]
  show_book: [ShowBookInput, ShowBookOutput]
  cancel_order: [CancelOrderInput, CancelOrderOutput]
  ask_person: [AskPersonInput, AskPersonOutput]
  start_backtest: [StartBacktestInput, StartBacktestOutput]
}
export type ToolName = keyof Tools

export interface WantedCall {
  readonly tool: ToolName
  readonly input: unknown
}

/** What the tools are for, as one says it when one of them is missing or fails. */
const PURPOSE: Record<ToolName, string> = {
  find_instruments: 'look up the instruments',
  get_prices: 'read the prices',
  rank_performance: 'measure the performance',
  compare_groups: 'compare the groups',
  measure_risk: 'measure the risk',
  correlate: 'compute the correlation',
  moving_averages: 'compute the moving averages',
  find_large_moves: 'find the largest moves',
  search_notes: 'search the notes',
  run_sql: 'run the query',
  place_order: 'place the order',
  show_book: 'look into the book',
  cancel_order: 'cancel the order',
  ask_person: 'ask what was left open',
  start_backtest: 'plan the back-test',
}

/** What came of a call that has an effect. */
export type Attempt<Output> =
  | { readonly kind: 'ok'; readonly output: Output }
  | { readonly kind: 'failed' | 'denied'; readonly says: string }

/**
 * Where a skill asks for what it needs. What a tool call of this turn has answered already is given at once; for the
 * rest a call is wanted. So a skill is run from its top in each step of the turn, and goes further each time.
 */
export class Desk {
  readonly #made: ReadonlyMap<string, MadeCall>
  readonly #offered: ReadonlySet<string>
  readonly #wanted = new Map<string, WantedCall>()
  readonly #troubles = new Set<string>()

  constructor(made: readonly MadeCall[], offered: readonly string[]) {
    this.#made = new Map(made.map((call) => [nameOf(call.tool, call.input), call]))
    this.#offered = new Set(offered)
  }

  /** Undefined while the answer is not there, and for good when the tool is not offered or failed. */
  ask<Name extends ToolName>(tool: Name, input: Tools[Name][0]): Tools[Name][1] | undefined {
    const name = nameOf(tool, input)
    const outcome = this.#made.get(name)?.outcome
    if (outcome?.kind === 'ok') return outcome.output as Tools[Name][1]
    if (outcome) this.#troubles.add(`I could not ${PURPOSE[tool]}: ${outcome.says || 'it was not allowed'}`)
    else if (!this.#offered.has(tool))
      this.#troubles.add(`I have no tool here to ${PURPOSE[tool]}, so that is left out`)
    else this.#wanted.set(name, { tool, input })
    return undefined
  }

  /** The same for what a person may refuse, or a rule: what came of it is for the skill to tell. */
  attempt<Name extends ToolName>(tool: Name, input: Tools[Name][0]): Attempt<Tools[Name][1]> | undefined {
    const name = nameOf(tool, input)
    const outcome = this.#made.get(name)?.outcome
    if (!outcome && this.#offered.has(tool)) this.#wanted.set(name, { tool, input })
    return outcome as Attempt<Tools[Name][1]> | undefined
  }

  offers(tool: ToolName): boolean {
    return this.#offered.has(tool)
  }

  get isWaiting(): boolean {
    return this.#wanted.size > 0
  }

  get wanted(): readonly WantedCall[] {
    return [...this.#wanted.values()]
  }

  /** What could not be found out, as sentences. */
  get troubles(): readonly string[] {
    return [...this.#troubles]
  }
}

/** The same call whatever order its fields are in; a field that is undefined is not there. */
function nameOf(tool: string, input: unknown): string {
  return `${tool} ${JSON.stringify(sorted(input))}`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]))
}
