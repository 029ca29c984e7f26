import type { Question } from './question.ts'

// The small words of a question: which end of a ranking, how many, and of what.

const DOWN =
  /\b(?:worst|bottom|losers?|laggards?|lag(?:s|ged|ging)?|weakest|fell|fall(?:en|ing|s)?|fallers?|drop(?:s|ped)?|declin\w*|lost|lose|losing|loss(?:es)?|down|plunged?|slump\w*|crash\w*|underperform\w*|lowest|poorest)\b/i
const UP =
  /\b(?:best|top|winners?|gainers?|leaders?|leading|strongest|rose|rise[sn]?|rising|risers?|gain(?:s|ed)?|up|jump\w*|soar\w*|surg\w*|rall\w*|outperform\w*|highest)\b/i

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const NUMBER = `(\\d{1,2}|${NUMBERS.join('|')})`
const COUNT = new RegExp(
  `\\b(?:top|best|worst|bottom|biggest|largest|first|last)\\s+${NUMBER}\\b` +
    `|\\b${NUMBER}\\s+(?:top|best|worst|biggest|largest|strongest|weakest|most|safest|riskiest)\\b`,
  'i',
)

export function detailsOf(text: string): Pick<Question, 'direction' | 'count' | 'by'> {
  const [isDown, isUp] = [DOWN.test(text), UP.test(text)]
  const count = COUNT.exec(text)
  const number = count && (count[1] ?? count[2]!).toLowerCase()
  return {
    // "Gainers and losers", "the best and the worst": neither direction alone.
    direction: isDown === isUp ? undefined : isDown ? 'down' : 'up',
    count: number ? Math.max(1, NUMBERS.includes(number) ? NUMBERS.indexOf(number) + 1 : Number(number)) : undefined,
    by: /\bsectors?\b/i.test(text) ? 'sector' : /\bregions?\b/i.test(text) ? 'region' : undefined,
  }
}
