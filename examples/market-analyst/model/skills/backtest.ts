import type { BacktestResult } from '../../backtest/run-backtest.ts'
import { dateRange, named, plural, section, signed, table } from '../writing.ts'
import { selectionOf, spokenSubjects } from './lines.ts'
import { answers, asks, nothingToShow, type Skill, says } from './skill.ts'

// A back-test is begun in the background, and told of when its result comes as a message of its own.

const MOST_SESSIONS = 250
const OTHER_RULES =
  /\b(?:rsi|macd|bollinger|mean[- ]reversion|pairs?[- ]trad\w*|breakouts?|stochastic|buy the dip|options?)\b/i

export const startBacktest: Skill = (question, desk) => {
  if (!desk.offers('start_backtest')) return says("**I can't run back-tests here**: I have no tool for it.")
  const { text, subjects, periods } = question
  if (OTHER_RULES.test(text))
    return says(
      '**I can back-test one rule**: in the market while a fast moving average is above a slow one, and out of it else. For example: “Back-test a 50/200-day crossover on technology shares.”',
    )
  const [fast, slow] = sessionsIn(text)
  if (fast < 2 || slow > MOST_SESSIONS || fast === slow)
    return says(
      `**I can't test ${fast}/${slow}**: the averages take 2 to ${MOST_SESSIONS} sessions, and not both the same.`,
    )
  const [period] = periods
  const planned = desk.ask('start_backtest', {
    ...selectionOf(subjects),
    ...{ fast, slow },
    ...(period ? { from: period.from, to: period.to } : {}),
  })
  if (desk.isWaiting)
    return asks(
      `A back-test of the ${fast}/${slow}-day crossover on ${spokenSubjects(subjects)} takes a while. I plan it, and let it run in the background.`,
    )
  if (!planned) return nothingToShow(desk)
  const { plan } = planned
  return says(
    `**The back-test runs in the background from here on**: the ${plan.fast}/${plan.slow}-day crossover on ${plural(plan.tickers.length, 'instrument')}, ${dateRange(plan.from, plan.to)}.`,
    'The rule is in the market while the fast average of the closes is above the slow one, and out of it else. I tell you when it is done; ask on meanwhile.',
  )
}

const SESSIONS = /\b(\d{1,3})(?:[- ]?days?)?\s*(?:\/|-|–|and|over|vs\.?|versus|against|x|by)\s*(\d{1,3})\b/i

/** Without the lengths of the averages, which are no times of the past. */
export function withoutSessions(text: string): string {
  return text.replace(SESSIONS, ' ').replace(/-days?\b/i, ' ')
}

/** Both averages, the fast one first: 50 and 200 unless others are named. */
function sessionsIn(text: string): [number, number] {
  const found = SESSIONS.exec(text)
  if (!found) return [50, 200]
  const [a, b] = [Number(found[1]), Number(found[2])]
  return a < b ? [a, b] : [b, a]
}

const REPORT =
  /^The background task «(Back-test: [^»]*)» (is done|has failed|was cancelled)\.(?: (?:Its result|What came of it): ([\s\S]*))?$/

export function isTaskReport(text: string): boolean {
  return /^The background task «/.test(text)
}

export const report: Skill = ({ text }) => {
  const [, label, how, came] = REPORT.exec(text.trim()) ?? []
  if (label === undefined) return says('**A task in the background has ended.** I do not know what it was for.')
  const result = how === 'is done' ? resultIn(came) : undefined
  if (!result)
    return says(
      `**${label} ${how === 'is done' ? 'ended without a result that I can read' : how}.** I have no figures of it.`,
    )
  const { plan, rows, skipped, averageRulePct, averageHoldPct } = result
  const left =
    skipped.length > 0 && `Left out, as there are fewer than ${plan.slow} closes before the end: ${skipped.join(', ')}.`
  if (rows.length === 0) return says(`**The back-test is done, and gave no figures.**`, left)
  const ahead = rows.filter(({ rulePct, holdPct }) => rulePct > holdPct).length
  return answers(
    'The back-test in the background is done. I tell what it found.',
    `**The back-test is done: the ${plan.fast}/${plan.slow}-day crossover made ${signed(averageRulePct)} on average, holding made ${signed(averageHoldPct)}.** The rule did better for ${ahead} of ${plural(rows.length, 'instrument')}.`,
    section(
      `${plan.fast}/${plan.slow}-day crossover, ${dateRange(plan.from, plan.to)}`,
      table(
        ['Name', 'Rule', 'Holding', 'Deepest fall, rule', 'Deepest fall, holding', 'Trades', 'Sessions in'],
        rows.map((row) => [
          ...[
            named(row),
            signed(row.rulePct),
            signed(row.holdPct),
            signed(row.ruleDrawdownPct),
            signed(row.holdDrawdownPct),
          ],
          ...[String(row.trades), `${row.daysIn} of ${row.days}`],
        ]),
      ),
    ),
    left,
    `Each is measured from its first session in the period with both averages, without costs or interest, each in its own currency.`,
  )
}

function resultIn(json: string | undefined): BacktestResult | undefined {
  try {
    const result = JSON.parse(json ?? '') as Partial<BacktestResult> | null
    return result?.plan && Array.isArray(result.rows) && Array.isArray(result.skipped)
      ? (result as BacktestResult)
      : undefined
  } catch {
    return undefined
  }
}
