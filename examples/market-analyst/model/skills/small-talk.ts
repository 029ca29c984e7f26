import type { Desk, ToolName } from '../desk.ts'
import { bullets, capital, listed, longDate, named } from '../writing.ts'
import { type Skill, says, type World } from './skill.ts'

// What needs no data: a greeting, what the analyst can do, and a plain no with what it can do instead.

export const greeting: Skill = (_, desk, world) =>
  says(
    'Hello! I am the market analyst. Ask me about the market, for example:',
    bullets(examples(desk, world).slice(0, 4)),
  )

export const thanks: Skill = () => says('You are welcome. Ask on whenever you like.')

export const help: Skill = (_, desk, world) =>
  says(
    `**I answer questions about an invented market**: ${world.instruments.length} instruments with daily prices from ${longDate(world.first)} to ${longDate(world.today)}, and the notes of its research desks. All of it is generated, none of it is real.`,
    `I know shares of ${listed([...world.sectors])} in ${listed([...world.regions])}, and indices, commodities and currencies. I can:`,
    bullets(abilities(desk)),
    'For example:',
    bullets(examples(desk, world)),
    'I go by what was said before, so “and Europe?” or “why did it fall?” is enough. I do not forecast and give no advice.',
  )

export const empty: Skill = (_, desk, world) =>
  says(
    'There was nothing in your message that I can read. Ask me about the market, for example:',
    bullets(examples(desk, world).slice(0, 3)),
  )

export const unclear: Skill = (_, desk, world) =>
  says(
    "**I don't know what you mean.** Nothing was said before that this could refer to. Name an instrument, a sector or a region, for example:",
    bullets(examples(desk, world).slice(0, 3)),
  )

export const outside: Skill = ({ isCut }, desk, world) =>
  says(
    "**I can't answer that.** I only know one invented market: its prices, and the notes written about it.",
    isCut && 'Your message is also longer than I read; a short question works best.',
    'What I can tell you, for example:',
    bullets(examples(desk, world).slice(0, 4)),
  )

export const forecast: Skill = ({ subjects }, _, world) => {
  const about = subjects.instruments[0]?.name ?? subjects.sectors[0] ?? subjects.regions[0] ?? 'the market'
  return says(
    `**I can't tell what ${about} will do.** My data ends on ${longDate(world.today)}, and a past price says little about the next one.`,
    'What I can do instead:',
    bullets([
      `“How did ${about} do over the past 3 months?”`,
      `“How risky is ${about}?”`,
      `“What do the notes say about ${about}?”`,
    ]),
  )
}

export const advice: Skill = ({ subjects }, _, world) => {
  const about = subjects.instruments[0] ?? world.instruments.find(({ kind }) => kind === 'share')
  const name = about?.name ?? 'it'
  return says(
    `**I can't tell you what to buy or sell**${subjects.instruments[0] ? `, not ${named(subjects.instruments[0])} either` : ''}: I give no advice, and this market is invented.`,
    'I can show what the data says, so that you judge for yourself:',
    bullets([
      `“How did ${name} do this year?”`,
      `“How risky is ${name} compared with the Meridian World Index?”`,
      `“What do the notes say about ${name}?”`,
    ]),
  )
}

/** What one would find in a company's accounts. */
export const fundamentals: Skill = ({ subjects }, _, world) => {
  const name =
    subjects.instruments[0]?.name ?? world.instruments.find(({ kind }) => kind === 'share')?.name ?? 'a company'
  return says(
    `**I have no figures from the accounts of ${subjects.instruments[0] ? named(subjects.instruments[0]) : 'a company'}**: no earnings, dividends or valuations. The data holds daily prices and notes.`,
    'What I can do instead:',
    bullets([`“How did ${name} do this year?”`, `“What do the notes say about ${name}?”`]),
  )
}

const DEFINITIONS: readonly (readonly [RegExp, string])[] = [
  [
    /volatil/i,
    '**Volatility** is how much a price swings: the standard deviation of its daily changes over a period, times the square root of 252 (the sessions of a year).',
  ],
  [
    /drawdown/i,
    '**A drawdown** is the fall of a close below the highest close before it. The deepest one of a period says what the worst moment to have bought would have cost.',
  ],
  [
    /correlat/i,
    '**Correlation** says how closely the daily changes of two prices go together: 1 always, 0 not at all, -1 always the other way. It is measured over one period and may differ in the next.',
  ],
  [
    /cross/i,
    '**A golden cross** is where the average of the last 50 closes rises above that of the last 200; a death cross is where it falls below.',
  ],
  [
    /moving/i,
    '**A moving average** is the mean of the last closes: 20, 50 or 200 of them here. A price above a rising average is called an uptrend.',
  ],
  [
    /return|change|average|perform/i,
    '**A change** is measured from the last close before a period to the last close in it, in local currency. The average of a sector or region is the plain mean of its shares.',
  ],
]

export const definition: Skill = ({ text }) => {
  const found = DEFINITIONS.filter(([word]) => word.test(text)).map(([, what]) => what)
  const all = found.length > 0 ? found.slice(0, 2) : DEFINITIONS.map(([, what]) => what)
  return says(...all, 'Name an instrument, a sector or a region, and I compute it.')
}

const ABILITIES: readonly (readonly [ToolName, string])[] = [
  ['compare_groups', 'compare sectors and regions'],
  ['rank_performance', 'measure and rank how much prices changed over a period'],
  ['get_prices', 'tell the price of something on a day, or month by month'],
  ['measure_risk', 'measure volatility and drawdowns'],
  ['correlate', 'tell how closely prices move together'],
  ['moving_averages', 'set prices against their moving averages'],
  ['find_large_moves', 'find the days of the largest moves'],
  ['search_notes', 'search the notes, and quote what they say of the reasons'],
  ['place_order', 'place orders on your paper book, show it, and take orders back'],
  ['start_backtest', 'back-test a moving-average crossover in the background'],
  ['run_sql', 'run a SELECT of yours on the tables instruments, prices and notes'],
]

function abilities(desk: Desk): string[] {
  return ABILITIES.filter(([tool]) => desk.offers(tool)).map(([, what]) => what)
}

function examples(desk: Desk, { instruments, sectors }: World): string[] {
  const [a, b] = instruments.filter(({ kind }) => kind === 'share')
  const questions: readonly (readonly [ToolName, string])[] = [
    ['compare_groups', '“Analyze the latest market trends.”'],
    ['rank_performance', `“How did ${sectors[0] ?? 'the market'} do last quarter?”`],
    ['rank_performance', `“Compare ${a?.name} and ${b?.name} this year.”`],
    ['search_notes', `“Why did ${a?.name} move?”`],
    ['measure_risk', '“Which shares were the most volatile over the past year?”'],
    ['search_notes', '“What do the notes say about interest rates?”'],
    ['place_order', `“Buy 20 ${a?.name}.”`],
    ['start_backtest', '“Back-test a 50/200-day crossover on technology shares.”'],
  ]
  return questions.filter(([tool]) => desk.offers(tool)).map(([, question]) => capital(question))
}
