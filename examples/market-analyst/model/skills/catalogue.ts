import type { Instrument } from '../../market/market.ts'
import { pastYear, wholeHistory } from '../period.ts'
import { isAnyone } from '../subjects.ts'
import { bullets, capital, cited, listed, longDate, moved, named, price, section, table } from '../writing.ts'
import { notesAbout, notesSection, within, wordFor } from './lines.ts'
import { answers, asks, nothingToShow, type Skill, says } from './skill.ts'

// What there is: one instrument in words and figures, all that fit, or that a name is not among them.

const REGION_NAMES: Readonly<Record<string, string>> = {
  Americas: 'the Americas',
  'Asia-Pacific': 'the Asia-Pacific region',
}

export const profile: Skill = (question, desk, world) => {
  const [instrument] = question.subjects.instruments
  if (!instrument) return nothingToShow(desk)
  const { ticker } = instrument
  const year = pastYear(world)
  const found = desk.ask('find_instruments', { tickers: [ticker] })?.instruments[0]
  const result = desk.ask('rank_performance', { tickers: [ticker], ...within(year) })?.rows[0]
  const prices = desk.ask('get_prices', { ticker, ...within(wholeHistory(world)), every: 'month' })
  const notes = notesAbout(desk, { tickers: [ticker], limit: 3 })
  if (desk.isWaiting)
    return asks(
      `Someone wants to know what ${named(instrument)} is. I look it up, take its year in figures and the latest notes on it.`,
    )
  const it = found ?? instrument
  const where =
    it.kind === 'share'
      ? `${article(it.sector ?? '')} share from ${REGION_NAMES[it.region] ?? it.region}`
      : it.kind === 'index'
        ? 'an index'
        : `a ${it.kind}`
  return answers(
    `${it.name} is ${where}.`,
    `**${named(it)}** is ${where}: ${it.description}. Its prices are in ${it.currency}.`,
    result &&
      `It closed at ${price(result.lastClose)} on ${longDate(result.lastDate)}, and ${moved(result.changePct)} over the past year.`,
    prices?.highest &&
      prices.lowest &&
      `Since ${longDate(world.first)} its closes ranged from ${price(prices.lowest.close)} (${longDate(prices.lowest.date)}) to ${price(prices.highest.close)} (${longDate(prices.highest.date)}).`,
    notesSection(notes, named(it), 'Latest notes'),
  )
}

function article(noun: string): string {
  return `${/^[AEIOU]/i.test(noun) ? 'an' : 'a'} ${noun}`
}

export const list: Skill = (question, desk, world) => {
  const { sectors, regions, kinds, instruments: named } = question.subjects
  const wantsGroups = question.by && !isAnyone({ ...question.subjects, kinds: [] })
  if (wantsGroups) {
    const names = question.by === 'sector' ? world.sectors : world.regions
    return says(
      `**There are ${names.length} ${question.by}s**: ${listed([...names])}. Ask how one of them did, or compare them.`,
    )
  }
  const selection = {
    ...(named.length > 0 ? { tickers: named.map(({ ticker }) => ticker) } : {}),
    ...(kinds.length > 0 && kinds.length < 4 && !/\binstruments?\b/i.test(question.text) ? { kinds: [...kinds] } : {}),
    ...(sectors.length > 0 ? { sectors: [...sectors] } : {}),
    ...(regions.length > 0 ? { regions: [...regions] } : {}),
  }
  const found = desk.ask('find_instruments', selection)
  if (desk.isWaiting)
    return asks('The list of instruments answers this. I fetch it with what was asked for as a filter.')
  if (!found) return nothingToShow(desk)
  const groups = [...new Set(found.instruments.map(({ kind }) => kind))]
  return answers(
    `${found.total} instruments fit.`,
    `**${found.total} instruments fit**, with prices from ${longDate(found.covers.from)} to ${longDate(found.covers.to)}.`,
    ...groups.map((kind) =>
      section(capital(wordFor([kind])), instrumentTable(found.instruments.filter((one) => one.kind === kind))),
    ),
  )
}

function isCalled({ name, description }: Instrument, word: string): boolean {
  const asked = word.toLowerCase()
  return (
    asked.length > 3 &&
    `${name} ${description}`
      .toLowerCase()
      .split(/[^a-z]+/)
      .some((own) => own.startsWith(asked))
  )
}

function instrumentTable(instruments: readonly Instrument[]): string {
  const isShare = instruments[0]?.kind === 'share'
  return table(
    isShare ? ['Name', 'Sector', 'Region', 'What it does'] : ['Name', 'Region', 'What it is'],
    instruments.map((one) => [named(one), ...(isShare ? [one.sector ?? ''] : []), one.region, one.description]),
  )
}

/** A name that nobody here knows: looked up to be sure, then said plainly. */
export const unknown: Skill = (question, desk, world) => {
  const names = question.unknown.slice(0, 3)
  const found = names.map((name) => desk.ask('find_instruments', { query: name.slice(0, 60) }))
  // A name of letters may be a topic; "S&P" as separate letters would fit anything.
  const topic = names
    .filter((name) => /^\p{L}{3,}$/u.test(name))
    .join(' ')
    .slice(0, 200)
  const notes = topic ? desk.ask('search_notes', { query: topic, limit: 3 }) : undefined
  if (desk.isWaiting) return asks(`I know no instrument called ${listed(names)}. I look it up before I say so.`)
  // The tool finds pieces of words too: "EUR" in "Europe" is no hit.
  const hits = found.flatMap((result, i) => (result?.instruments ?? []).filter((one) => isCalled(one, names[i]!)))
  if (hits.length > 0) {
    return answers(
      'There is something by that word.',
      `**Did you mean ${listed(hits.slice(0, 4).map(named))}?** Ask about it by name, and I look at its prices and notes.`,
    )
  }
  if (notes && notes.notes.length > 0) {
    return answers(
      'No instrument has that name, but the notes speak of it.',
      `**No instrument is called ${listed(names.map((name) => `“${name.slice(0, 60)}”`))}, but ${notes.total === 1 ? 'one note speaks' : `${notes.total} notes speak`} of it.**`,
      section('What the notes say', bullets(notes.notes.map(cited))),
    )
  }
  return answers(
    'It is not among the instruments, so there is nothing to say about it.',
    `**I have no data on ${listed(names.map((name) => `“${name.slice(0, 60)}”`))}.** The market here is invented: real companies, indices and coins are not part of it.`,
    `I can look at ${world.instruments.length} instruments: shares of ${listed([...world.sectors])} in ${listed([...world.regions])}, and ${listed(kindsThere(world.instruments))}. Ask “Which instruments are there?” for the list.`,
  )
}

function kindsThere(instruments: readonly Instrument[]): string[] {
  return (['index', 'commodity', 'currency'] as const)
    .filter((kind) => instruments.some((one) => one.kind === kind))
    .map((kind) => wordFor([kind]))
}
