import type { Wanted } from '../question.ts'
import { averages } from './averages.ts'
import { report, startBacktest } from './backtest.ts'
import { book, cancelling } from './book.ts'
import { list, profile, unknown } from './catalogue.ts'
import { comparison } from './comparison.ts'
import { correlation } from './correlation.ts'
import { months } from './months.ts'
import { movers } from './movers.ts'
import { moves } from './moves.ts'
import { notes } from './notes.ts'
import { trade } from './order.ts'
import { overview } from './overview.ts'
import { performance } from './performance.ts'
import { price } from './price.ts'
import { risk } from './risk.ts'
import type { Skill } from './skill.ts'
import {
  advice,
  definition,
  empty,
  forecast,
  fundamentals,
  greeting,
  help,
  outside,
  thanks,
  unclear,
} from './small-talk.ts'
import { sql } from './sql.ts'
import { why } from './why.ts'

/** One skill for each thing that can be wanted. */
export const SKILLS: Readonly<Record<Wanted, Skill>> = {
  ...{ overview, performance, comparison, movers, months, moves, risk, correlation, averages, price, why, notes },
  ...{ profile, list, unknown, sql, definition, fundamentals },
  ...{ greeting, thanks, help, empty, unclear, outside, forecast, advice },
  ...{ trade, book, cancelling, backtest: startBacktest, report },
}
