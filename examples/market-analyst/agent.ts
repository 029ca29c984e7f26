// A financial research assistant over an invented market. Without a key it thinks with the offline model beside it; with
// LONGWIRE_MODEL=provider:model and that provider's key, the same agent runs on a real one.
import { defineAgent, type Generated } from '@longwire/agent'
import { runBacktest } from './backtest/run-backtest.ts'
import { approvalPolicy } from './book/approval-policy.ts'
import { Book } from './book/book.ts'
import { bookPath } from './book/book-path.ts'
import { instructionsFor } from './instructions.ts'
import { Market } from './market/market.ts'
import { offlineModel, tokenMsFrom } from './model/offline-model.ts'
import { askPerson } from './tools/ask-person.ts'
import { bookTools, marketTools, plannedTools } from './tools/index.ts'
import type { Plan, StartBacktestOutput } from './tools/start-backtest.ts'

const market = new Market()
const book = new Book(market, bookPath(process.env))
const tokenMs = tokenMsFrom(process.env.LONGWIRE_OFFLINE_TOKEN_MS)
const tools = { ...marketTools(market), ...bookTools(book), ...plannedTools(market) }

/** What each instrument of a back-test waits, so that its progress can be watched. */
const backtestMs = (tokenMs ?? 8) * 50

export default defineAgent({
  name: 'market-analyst',
  description:
    'Answers questions about an invented market, back-tests a rule on it, and keeps a paper-trading book: four years of generated daily prices, and the notes on them.',
  model: process.env.LONGWIRE_MODEL || offlineModel(tokenMs === undefined ? {} : { tokenMs }),
  instructions: instructionsFor(market),
  tools,
  policy: approvalPolicy(market, book),
  async run(turn) {
    const { results } = await turn.generate({ tools: { ...tools, ask_person: askPerson(turn) } })
    for (const plan of plansIn(results)) {
      await turn.background(`Back-test: ${plan.label}`, (task) => runBacktest(task, market, plan, backtestMs))
    }
  },
  examples: [
    'Analyze the latest market trends.',
    'How did semiconductors do last quarter, and why?',
    'Compare Novalith with Hanabi this year.',
    'Which sector did best in 2025?',
    'How volatile is crude oil?',
    'What do the notes say about interest rates?',
    'Buy some semiconductors.',
    'Back-test a 50/200-day crossover on technology shares.',
  ],
})

function plansIn(results: Generated['results']): Plan[] {
  return results
    .filter(({ name, outcome }) => name === 'start_backtest' && outcome === 'ok')
    .map(({ output }) => (output as StartBacktestOutput).plan)
}
