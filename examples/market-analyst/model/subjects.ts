import type { Instrument, Kind } from '../market/market.ts'
import { distance, isCommon, plain, singular, type Word, wordsOf } from './words.ts'
import type { World } from './world.ts'

// Who and what a text is about: instruments by ticker, name or part of a name, even misspelt; sectors, regions, kinds;
// and themes such as "banks", which are the instruments whose names and descriptions fit.

export interface Theme {
  readonly name: string
  readonly members: readonly Instrument[]
}

export interface Subjects {
  /** All of them, those of the themes too. */
  readonly instruments: readonly Instrument[]
  /** Instruments that were named as a group: "semiconductors". */
  readonly themes: readonly Theme[]
  readonly sectors: readonly string[]
  readonly regions: readonly string[]
  readonly kinds: readonly Kind[]
  /** A name that was read as another. */
  readonly misspelt: readonly { readonly said: string; readonly meant: string }[]
}

export const NOBODY: Subjects = { instruments: [], themes: [], sectors: [], regions: [], kinds: [], misspelt: [] }

export function isAnyone({ instruments, sectors, regions, kinds }: Subjects): boolean {
  return instruments.length + sectors.length + regions.length + kinds.length > 0
}

/** The instruments that were named one by one. */
export function singlesOf({ instruments, themes }: Subjects): readonly Instrument[] {
  return instruments.filter((instrument) => !themes.some(({ members }) => members.includes(instrument)))
}

/** How many things are named: an instrument, a theme, a sector or a region is one each. */
export function countOf(subjects: Subjects): number {
  return singlesOf(subjects).length + subjects.themes.length + subjects.sectors.length + subjects.regions.length
}

/** Only shares have a sector, and commodities and currencies have no region: what goes together with nothing is dropped. */
export function coherent(subjects: Subjects): Subjects {
  const { sectors, regions, kinds } = subjects
  if (sectors.length > 0) return { ...subjects, kinds: [] }
  const isGlobal = kinds.length > 0 && kinds.every((kind) => kind === 'commodity' || kind === 'currency')
  return isGlobal && regions.length > 0 ? { ...subjects, regions: [] } : subjects
}

type Target =
  | { readonly is: 'instrument'; readonly instrument: Instrument }
  | { readonly is: 'theme'; readonly theme: Theme }
  | { readonly is: 'sector' | 'region'; readonly name: string }
  | { readonly is: 'kind'; readonly kind: Kind }

interface Phrase {
  readonly words: readonly string[]
  readonly target: Target
}

// What everyone knows and no list says. A name that the market does not have is left out.
const SECTOR_WORDS: Record<string, readonly string[]> = {
  Technology: ['technology', 'tech'],
  Healthcare: ['healthcare', 'health care', 'health', 'medical'],
  Financials: ['financials', 'financial', 'finance', 'financial services'],
  Energy: ['energy'],
  Consumer: ['consumer', 'consumer goods', 'consumer staples'],
  Industrials: ['industrials', 'industrial', 'manufacturing', 'manufacturer'],
}
const REGION_WORDS: Record<string, readonly string[]> = {
  Americas: ['americas', 'america', 'american', 'north america', 'south america', 'united states', 'us market', 'usa'],
  Europe: ['europe', 'european', 'eu'],
  'Asia-Pacific': ['asia pacific', 'asia', 'asian', 'apac', 'pacific', 'far east'],
}
const KIND_WORDS: Record<Kind, readonly string[]> = {
  share: ['share', 'stock', 'equity', 'company'],
  index: ['index', 'indices', 'indexes', 'benchmark'],
  commodity: ['commodity', 'raw material'],
  currency: ['currency', 'fx', 'forex', 'exchange rate', 'currency pair'],
}
const THEMES: readonly { theme: string; words: readonly string[]; fits: RegExp }[] = [
  {
    theme: 'semiconductors',
    words: ['semiconductor', 'chip', 'chipmaker', 'chip maker', 'semi', 'processor'],
    fits: /semiconductor|chip/i,
  },
  { theme: 'banks', words: ['bank', 'banking', 'lender'], fits: /\bbank\b/i },
  {
    theme: 'renewables',
    words: ['renewable', 'renewable energy', 'green energy', 'clean energy'],
    fits: /solar|wind/i,
  },
  { theme: 'pharma', words: ['pharma', 'pharmaceutical', 'drugmaker', 'drug', 'medicine'], fits: /medicines/i },
  { theme: 'oil', words: ['oil', 'crude', 'petroleum', 'crude oil'], fits: /^crude oil/i },
  { theme: 'metals', words: ['metal'], fits: /^(gold|copper)/i },
  { theme: 'gas', words: ['gas', 'natural gas'], fits: /^natural gas/i },
]

/** Words of names that stand for nobody alone. */
const GENERIC = new Set(
  `north fine grade one world index table foods systems devices care sea basin pipeline arch liberty bank crude gas dollar
  coral homes image tools tests goods rare time households diseases builds sells rents lends develops designs insures
  pumps refines bottles finances`.split(/\s+/),
)

/** Marks the words it understands as used. */
export function findSubjects(words: readonly Word[], world: World): Subjects {
  const targets: { place: number; target: Target }[] = []
  for (const phrase of phrasesOf(world)) {
    for (let at = 0; at + phrase.words.length <= words.length; at++) {
      const here = words.slice(at, at + phrase.words.length)
      if (!here.every((word, i) => !word.used && isSame(word.text, phrase.words[i]!))) continue
      for (const word of here) word.used = true
      targets.push({ place: at, target: phrase.target })
    }
  }
  const misspelt = words.flatMap((word, place) => {
    const target = word.used ? undefined : nearlyNamed(word, world)
    if (!target) return []
    word.used = true
    targets.push({ place, target })
    return [{ said: word.raw, meant: target.instrument.name }]
  })
  targets.sort((a, b) => a.place - b.place)
  return { ...coherent(gathered(targets.map(({ target }) => target))), misspelt }
}

function gathered(targets: readonly Target[]): Subjects {
  const instruments: Instrument[] = []
  const themes: Theme[] = []
  const sectors: string[] = []
  const regions: string[] = []
  const kinds: Kind[] = []
  for (const target of targets) {
    if (target.is === 'instrument') instruments.push(target.instrument)
    if (target.is === 'theme') {
      instruments.push(...target.theme.members)
      // A theme of one is that one.
      if (target.theme.members.length > 1 && !themes.some(({ name }) => name === target.theme.name))
        themes.push(target.theme)
    }
    if (target.is === 'sector') sectors.push(target.name)
    if (target.is === 'region') regions.push(target.name)
    if (target.is === 'kind') kinds.push(target.kind)
  }
  const pair = pairOf(themes)
  if (pair) return { ...NOBODY, instruments: [pair] }
  return {
    instruments: [...new Set(instruments)],
    themes,
    sectors: [...new Set(sectors)],
    regions: [...new Set(regions)],
    kinds: [...new Set(kinds)],
    misspelt: [],
  }
}

/** "The crown against the dollar" is the one pair of these two. */
function pairOf(themes: readonly Theme[]): Instrument | undefined {
  const [a, b, ...more] = themes.filter(({ members }) => members.every(({ kind }) => kind === 'currency'))
  return a && b && more.length === 0 ? a.members.find((pair) => b.members.includes(pair)) : undefined
}

const known = new WeakMap<World, readonly Phrase[]>()

/** The longest first, so that "Norrland Bank" is not taken for banks. */
function phrasesOf(world: World): readonly Phrase[] {
  const before = known.get(world)
  if (before) return before
  const phrases = [...instrumentPhrases(world), ...groupPhrases(world)]
  // Sorting is stable: of phrases as long as each other, a ticker or a name goes before a group.
  phrases.sort((a, b) => b.words.length - a.words.length)
  known.set(world, phrases)
  return phrases
}

function instrumentPhrases({ instruments }: World): Phrase[] {
  const owners = new Map<string, number>()
  for (const { name } of instruments) for (const word of nameWords(name)) owners.set(word, (owners.get(word) ?? 0) + 1)
  return instruments.flatMap((instrument) => {
    const target: Target = { is: 'instrument', instrument }
    const name = nameWords(instrument.name)
    const alone = name.filter((word) => word.length > 3 && owners.get(word) === 1 && isDistinctive(word, instrument))
    const starts = name.slice(1).map((_, i) => name.slice(0, i + 2))
    return [[plain(instrument.ticker)], ...starts, ...alone.map((word) => [word])].map((words) => ({ words, target }))
  })
}

/** "gold" and "wheat" are names enough; "semiconductors" and "retail" say what a company does. */
function isDistinctive(word: string, { kind, name }: Instrument): boolean {
  if (GENERIC.has(word)) return false
  return kind !== 'share' || nameWords(name)[0] === word || word === 'auber'
}

function groupPhrases({ instruments, sectors, regions }: World): Phrase[] {
  const phrase = (text: string, target: Target): Phrase => ({ words: text.split(' '), target })
  const named = (is: 'sector' | 'region', names: readonly string[], words: Record<string, readonly string[]>) =>
    names.flatMap((name) =>
      [plain(name).replace(/-/g, ' '), ...(words[name] ?? [])].map((text) => phrase(text, { is, name })),
    )
  const themes = THEMES.flatMap(({ theme, words, fits }) => {
    const members = instruments.filter(({ name, description }) => fits.test(description) || fits.test(name))
    return members.length > 0 ? words.map((text) => phrase(text, { is: 'theme', theme: { name: theme, members } })) : []
  })
  const kinds = (Object.keys(KIND_WORDS) as Kind[])
    .filter((kind) => instruments.some((instrument) => instrument.kind === kind))
    .flatMap((kind) => KIND_WORDS[kind].map((text) => phrase(text, { is: 'kind', kind })))
  const spoken = [
    ...named('sector', sectors, SECTOR_WORDS),
    ...named('region', regions, REGION_WORDS),
    ...themes,
    ...kinds,
  ]
  return [...spoken, ...moneyPhrases(instruments), ...descriptionPhrases(instruments, spoken)]
}

/** A currency by its name is every pair that it is in. */
function moneyPhrases(instruments: readonly Instrument[]): Phrase[] {
  const pairs = instruments.filter(({ kind }) => kind === 'currency')
  const names = new Set(pairs.flatMap(({ name }) => nameWords(name)))
  return [...names].map((word) => {
    const members = pairs.filter(({ name }) => nameWords(name).includes(word))
    return { words: [word], target: { is: 'theme', theme: { name: `the ${word}`, members } } }
  })
}

/** A word by which the descriptions of few instruments stand out: "luxury", "robots", "insures". */
function descriptionPhrases(instruments: readonly Instrument[], spoken: readonly Phrase[]): Phrase[] {
  const owners = new Map<string, Instrument[]>()
  for (const instrument of instruments.filter(({ kind }) => kind === 'share')) {
    const words = [...nameWords(instrument.name).slice(1), ...nameWords(instrument.description)]
    for (const word of new Set(words.map(singular))) owners.set(word, [...(owners.get(word) ?? []), instrument])
  }
  return [...owners].flatMap(([word, members]) => {
    const isTaken =
      isCommon(word) ||
      GENERIC.has(word) ||
      GENERIC.has(`${word}s`) ||
      word.length < 4 ||
      spoken.some(({ words }) => words.length === 1 && isSame(words[0]!, word))
    if (isTaken || members.length > 3) return []
    const target: Target =
      members.length === 1
        ? { is: 'instrument', instrument: members[0]! }
        : { is: 'theme', theme: { name: word, members } }
    return [{ words: [word], target }]
  })
}

function nameWords(name: string): string[] {
  return wordsOf(name.replace(/\//g, ' ')).map(({ text }) => text)
}

function isSame(a: string, b: string): boolean {
  return a === b || singular(a) === singular(b)
}

/** A name or a ticker with a letter or two wrong, when only one is that near. */
function nearlyNamed(word: Word, world: World): Extract<Target, { is: 'instrument' }> | undefined {
  const isTicker = /^[A-Z]{4,6}$/.test(word.raw)
  if (isCommon(word.text) || (word.text.length < 5 && !isTicker)) return undefined
  const allowed = word.text.length >= 8 ? 2 : 1
  const near = world.instruments.filter((instrument) =>
    namesOf(instrument, isTicker).some((name) => name[0] === word.text[0] && distance(name, word.text) <= allowed),
  )
  return near.length === 1 ? { is: 'instrument', instrument: near[0]! } : undefined
}

function namesOf({ ticker, name }: Instrument, isTicker: boolean): string[] {
  const heads = nameWords(name)
    .slice(0, 2)
    .filter((word) => word.length >= 5 && !GENERIC.has(word) && !isCommon(word))
  return isTicker ? [plain(ticker), ...heads] : heads
}
