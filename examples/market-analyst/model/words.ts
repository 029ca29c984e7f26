// A text as words that can be compared, each of which is used up by whatever understands it.

export interface Word {
  /** Lower case, without accents and without a possessive ending. */
  readonly text: string
  /** As it was written. */
  readonly raw: string
  used: boolean
}

export function wordsOf(text: string): Word[] {
  const matches = text.normalize('NFC').match(/\$?[\p{L}\p{N}]+(?:['’.&][\p{L}\p{N}]+)*/gu) ?? []
  return matches.map((raw) => ({ text: /^U\.?S\.?$/.test(raw) ? 'usa' : plain(raw), raw, used: false }))
}

export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]s$/, '')
    .replace(/^\$/, '')
    .replace(/['’]/g, "'")
}

/** Rough, for comparing only: banks → bank, companies → company. */
export function singular(word: string): string {
  if (word.length < 4 || word.endsWith('ss')) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** How many letters must be added, left out, changed or swapped with their neighbour; more than 2 is told as 3. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return Math.min(3, row[b.length]!)
}

const COMMON = new Set(
  `a able about above according across actually add after again against ago all along already also always am amid among
  an analyse analysis analyst analyze and answer any anything are area around as ask asset at average averages away
  bad be became because been before began begin beginning behind being below best better between big bigger biggest both
  bottom bring but by calculate calm can cause caused cents chance change changed changes chart check close closed closer closes
  closing cloudy cluster come comment commentary companies company compare compared comparing comparison compute could
  cover covered crash crashed cross current currently daily data date dates day days dead death decline declined decliners declines
  deep deepest describe detail details did differ difference different do does doesn doing dollars don done down downtrend
  drawdown drawdowns drive drivers driving drop dropped drops drove due during each earn earned either else end ended
  enough entire equities equity events ever every everything exactly exchange explain explanation faced fall fallen
  falling falls far fared faring fast faster fell few figure figures find first five following for four from full gain
  gained gainer gainers gains gave general get give given go goes going golden good got great group groups grew grow growth had
  happen happened happening happens happy has have having he headline headlines hot cold plot graph draw volume volumes healthy help her here high higher
  highest him his historical history hit hold how however i if important in include increase increased index indexes
  indices info information instrument instruments into invest investment investments is it its itself jump jumped just
  kind know laggard laggards lagged large largest last late lately later latest lead leader leaders leading least led
  less let level levels like list listed little ll long look looking lose loser losers losing loss losses lost lot low
  lower lowest made main major make many market markets matter max maximum may me mean means measure median middle might
  minimum moderate moment momentum month monthly months more most mostly move moved movement movements mover movers moves moving
  much my name names near need negative never new news next nine no nor not note notes nothing now number numbers of
  off often ok okay on once one ones only open opened or order other others our out outlook outperform outperformed
  outperforming over overall overview own pair pairs part past per percent percentage perform performance performances
  performed performer performers performing performs period picture place plan play please plunge plunged point points
  poor poorly positive price priced prices provide pull quarter quarterly quarters question quick quickly quote quotes
  quite rally rallied range rank ranked ranking rather ratio re read real really reason reasons recent recently
  region regional regions relate related relation relationship relative report reports research result results return
  returned returns right rise risen rises rising risk riskier riskiest risks risky rose rotation run safe safer safest said
  same say saying says sector sectors see seem seen sell session sessions set seven several share shares shift she
  should show showed showing shown sign significant similar simple since single six slump slumped so soared some
  something soon sorry spread stable stand standing start started state statistics status steady still stock stocks
  story strong stronger strongest such sum summaries summarise summarize summary surge surged swing swings table take
  tell ten terms than thank thanks that the their them then there these they thing things think this those though three
  through time times to today together told top total toward track trade traded trading trend trending trends turn two
  under underperform underperformed underperforming understand unit until up update updates upside uptrend us use used
  using value values ve versus very view volatile volatility vs want was watch way we weak weaker weakest week weekly
  weeks well went were what whatever when where whether which while who whole why will winner winners winning with
  within without work world worse worst worth would year yearly years yes yesterday yet you your zone sma
  correlate correlated correlates correlation correlations cheap expensive calmest quiet quietest line lines side
  hi hello hey greetings morning evening bye goodbye tickers ticker symbol symbols available offer universe basket
  commodities commodity currencies currency fx forex raw materials annualised annualized sharp sharply sharpest steep
  beat beaten lately concerning regarding regard desk desks kinds types type class classes member members ytd mtd qtd
  third fourth second six eight couple half dozen hundred per percentage lag lags lagging trailing trails trail ahead leads what's how's it's that's
  where's who's i'm i'd i've let's don't didn't doesn't isn't aren't can't couldn't wasn't won't you're they're we're`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** A word of everyday or market English, which names nothing by itself. */
export function isCommon(word: string): boolean {
  return COMMON.has(word) || COMMON.has(singular(word)) || /^[\d.,]+%?$/.test(word) || word.length < 2
}
