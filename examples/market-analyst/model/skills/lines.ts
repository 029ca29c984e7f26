import type { Kind } from '../../market/market.ts'
import type { SearchNotesInput } from '../../tools/search-notes.ts'
import { type Period, pastMonths } from '../period.ts'
import { type Subjects, singlesOf } from '../subjects.ts'
import { bullets, cited, listed, longDate, named, section } from '../writing.ts'
import type { Desk, Question, World } from './skill.ts'

// What the skills have in common: whom a question is about as selections for the tools, its period, and the notes.

export interface Selection {
  readonly tickers?: string[]
  readonly kinds?: Kind[]
  readonly sectors?: string[]
  readonly regions?: string[]
}

/** One row of a comparison: an instrument, or a group whose average counts. */
export interface Line {
  readonly label: string
  readonly selection: Selection
  readonly isGroup: boolean
}

const ADJECTIVES: Readonly<Record<string, string>> = { Americas: 'American', Europe: 'European' }

export function linesOf(subjects: Subjects): Line[] {
  const { themes, sectors, regions, kinds } = subjects
  const own = [
    ...singlesOf(subjects).map((instrument) => ({
      ...{ label: named(instrument), selection: { tickers: [instrument.ticker] }, isGroup: false },
    })),
    ...themes.map(({ name, members }) => line(name, { tickers: members.map(({ ticker }) => ticker) })),
  ]
  const kind: Kind[] = kinds.length > 0 ? [...kinds] : ['share']
  const where = regions.length > 0 ? { regions: [...regions] } : {}
  if (sectors.length === 1 && regions.length > 1) {
    const inRegions = regions.map((region) =>
      line(`${sectors[0]} in ${region}`, { sectors: [...sectors], regions: [region], kinds: ['share'] }),
    )
    return [...own, ...inRegions]
  }
  if (sectors.length > 0) {
    const within = regions.length > 0 ? ` in ${regions.join(' and ')}` : ''
    return [
      ...own,
      ...sectors.map((sector) => line(`${sector}${within}`, { sectors: [sector], ...where, kinds: ['share'] })),
    ]
  }
  if (regions.length > 0)
    return [
      ...own,
      ...regions.map((region) =>
        line(`${ADJECTIVES[region] ?? region} ${wordFor(kind)}`, { regions: [region], kinds: kind }),
      ),
    ]
  // "the share price of Novalith" is about Novalith, not about shares.
  return own.length > 0 || kinds.length === 0
    ? own
    : kinds.map((one) => line(`all ${wordFor([one])}`, { kinds: [one] }))
}

function line(label: string, selection: Selection): Line {
  return { label, selection, isGroup: true }
}

export function wordFor(kinds: readonly Kind[]): string {
  const words: Record<Kind, string> = {
    share: 'shares',
    index: 'indices',
    commodity: 'commodities',
    currency: 'currencies',
  }
  return kinds.map((kind) => words[kind]).join(' and ')
}

/** All lines as one selection; without subjects the shares, or whatever kind was named. */
export function selectionOf({ instruments, sectors, regions, kinds }: Subjects): Selection {
  if (instruments.length > 0) return { tickers: instruments.map(({ ticker }) => ticker) }
  return {
    kinds: kinds.length > 0 ? [...kinds] : ['share'],
    ...(sectors.length > 0 ? { sectors: [...sectors] } : {}),
    ...(regions.length > 0 ? { regions: [...regions] } : {}),
  }
}

/** In words: "the semiconductors", "Energy shares in Europe", "all shares". */
export function spokenSubjects(subjects: Subjects): string {
  const { sectors, regions, kinds } = subjects
  const names = [...singlesOf(subjects).map(named), ...subjects.themes.map(({ name }) => name)]
  if (names.length > 0) return listed(names)
  const kind = wordFor(kinds.length > 0 ? kinds : ['share'])
  if (sectors.length > 0)
    return `${sectors.join(' and ')} ${kind}${regions.length > 0 ? ` in ${regions.join(' and ')}` : ''}`
  return regions.length > 0
    ? `${regions.map((region) => ADJECTIVES[region] ?? region).join(' and ')} ${kind}`
    : `all ${kind}`
}

export function periodOf({ periods }: Question, world: World, usual: Period = pastMonths(3, world)): Period {
  return periods[0] ?? usual
}

/** The tags under which notes about the subjects are found; none where the subjects are no narrower than the market. */
export function tagsOf({
  instruments,
  sectors,
  regions,
}: Subjects): Pick<SearchNotesInput, 'tickers' | 'sectors' | 'regions'> {
  const tickers = instruments.slice(0, 20).map(({ ticker }) => ticker)
  const own = { ...(tickers.length > 0 ? { tickers } : {}), ...(sectors.length > 0 ? { sectors: [...sectors] } : {}) }
  return tickers.length + sectors.length === 0 && regions.length > 0 ? { regions: [...regions] } : own
}

export interface Within {
  readonly from: string
  readonly to: string
}

export function within({ from, to }: Period): Within {
  return { from, to }
}

export function notesAbout(desk: Desk, input: SearchNotesInput) {
  return desk.ask('search_notes', input)?.notes
}

/** What the notes say, or that they say nothing. Undefined where they could not be searched. */
export function notesSection(
  notes: ReturnType<typeof notesAbout>,
  about: string,
  title = 'What the notes say',
): string | undefined {
  if (!notes) return undefined
  const body = notes.length > 0 ? bullets(notes.map(cited)) : `No note of this period is about ${about}.`
  return section(title, body)
}

/** What a reader must know of the period: where the data begins or ends. */
export function clippedNote(periods: readonly Period[], world: World): string | undefined {
  const clipped = periods.filter(({ isClipped }) => isClipped)
  if (clipped.length === 0) return undefined
  if (clipped.some(({ from }) => from === world.first))
    return `The data begins on ${longDate(world.first)}, so figures are measured from there.`
  return `The data ends on ${longDate(world.today)}, so figures go up to there.`
}
