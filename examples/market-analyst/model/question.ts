import type { Exchange } from './conversation.ts'
import { type Intent, intentOf } from './intent.ts'
import { findPeriods, type Period } from './period.ts'
import { findSubjects, isAnyone, NOBODY, type Subjects } from './subjects.ts'
import { isCommon, wordsOf } from './words.ts'
import type { World } from './world.ts'

// What is asked, in a form that a skill can work with. A follow-up takes what it leaves out from the question before it,
// and what "it" means from the answer before it.

export type Wanted =
  | Intent
  /** Nothing was said. */
  | 'empty'
  /** A name that the market does not have. */
  | 'unknown'
  /** Not about this market at all. */
  | 'outside'

export interface Question {
  /** As the person wrote it. */
  readonly text: string
  readonly wants: Wanted
  readonly subjects: Subjects
  readonly periods: readonly Period[]
  /** Asked for the ones that rose (or lead), or for those that fell (or lag). */
  readonly direction?: 'up' | 'down' | undefined
  /** "top 5" */
  readonly count?: number | undefined
  /** Groups are asked for, not instruments: "which sector". */
  readonly by?: 'sector' | 'region' | undefined
  /** Names nobody here knows: "Apple". */
  readonly unknown: readonly string[]
  /** Words that say what to look for in the notes. */
  readonly topic: readonly string[]
  /** Part of it comes from the question before. */
  readonly isFollowUp: boolean
  /** The text was longer than is read. */
  readonly isCut: boolean
}

/** Characters of a question that are read. */
export const MOST_READ = 2_000
/** Questions of one turn that are answered. */
const MOST_QUESTIONS = 3

/** The questions of what was just said, in the light of all that was said before. */
export function questionsOf(asked: readonly string[], before: readonly Exchange[], world: World): Question[] {
  let last: Question | undefined
  let focus: Subjects = NOBODY
  for (const exchange of before) {
    for (const text of exchange.asked.flatMap(sentences)) {
      const question = understand(text, last, focus, world)
      if (isAboutMarket(question)) last = question
    }
    if (exchange.answer) focus = focusOf(exchange.answer, world)
  }
  const questions: Question[] = []
  for (const text of asked.flatMap(sentences)) {
    const question = understand(text, last, focus, world)
    if (isAboutMarket(question)) last = question
    questions.push(question)
  }
  // A greeting before a question is no question of its own.
  const serious = questions.filter(({ wants }) => wants !== 'greeting' && wants !== 'thanks' && wants !== 'empty')
  return (serious.length > 0 ? serious : questions.slice(0, 1)).slice(0, MOST_QUESTIONS)
}

export function isAboutMarket({ wants }: Question): boolean {
  return !['empty', 'outside', 'greeting', 'thanks', 'help', 'sql', 'trade', 'unknown'].includes(wants)
}

/** Several questions in one text are taken one by one. */
function sentences(text: string): string[] {
  const parts = text.split(/(?<=\?)\s+(?=\S)/).filter((part) => part.trim() !== '')
  return parts.length > 1 ? parts : [text]
}

function understand(asked: string, last: Question | undefined, focus: Subjects, world: World): Question {
  const text = asked.slice(0, MOST_READ).trim()
  const isCut = asked.trim().length > MOST_READ
  const { periods, rest } = findPeriods(text, world)
  const words = wordsOf(rest)
  const subjects = findSubjects(words, world)
  const left = words.filter((word) => !word.used && !isCommon(word.text))
  const intent = intentOf(rest)
  const said = { text, subjects, periods, isCut, topic: left.map(({ text }) => text), ...detailsOf(rest) }
  const plainQuestion: Question = { ...said, wants: intent ?? 'outside', unknown: [], isFollowUp: false }

  if (words.length === 0 && periods.length === 0) return { ...plainQuestion, wants: 'empty' }
  if (intent === 'sql' || intent === 'greeting' || intent === 'thanks' || intent === 'trade') return plainQuestion
  const refers = refersBack(rest, words.length, intent, said)
  if (last && refers && left.length === 0) return followUp(plainQuestion, intent, last, focus, refers)
  if (intent === 'help') return plainQuestion
  if (left.length > 0)
    return withStrangers(
      plainQuestion,
      intent,
      left.map(({ raw }) => raw),
    )
  return { ...plainQuestion, wants: settled(intent, said) }
}

/** What was meant where words that nobody here knows stand beside the others. */
function withStrangers(question: Question, intent: Intent | undefined, left: readonly string[]): Question {
  const { subjects, text } = question
  if (intent === 'notes') return question
  const names = left.filter((word) => /^[\p{Lu}\p{N}$]/u.test(word) && !text.startsWith(word))
  const isNamed = isAnyone(subjects)
  if (isNamed) {
    // "How did Novalith do compared to Apple": answer what can be, and say who is not here.
    if (intent && (names.length > 0 || left.length <= 2) && !isElsewhere(left))
      return { ...question, wants: settled(intent, question), unknown: names }
    return { ...question, wants: intent && !isElsewhere(left) ? settled(intent, question) : 'outside' }
  }
  const isShort = left.length <= 3
  const isOwnName = isShort && (names.length > 0 || left.length === 1) && !isElsewhere(left)
  if (isOwnName && intent !== 'overview')
    return { ...question, wants: 'unknown', unknown: names.length > 0 ? names : left }
  if (intent === 'why' && !isElsewhere(left) && question.topic.length <= 4) return { ...question, wants: 'notes' }
  return {
    ...question,
    wants:
      intent && (intent === 'overview' || intent === 'movers') && isShort && !isElsewhere(left) ? intent : 'outside',
  }
}

const ELSEWHERE = new Set(
  `weather recipe cook poem song joke story president election vote football soccer movie film code python javascript program
  translate capital population temperature restaurant hotel flight health doctor math equation homework essay prompt
  instructions system password secret ignore pretend jailbreak religion god love song music game games sports team rain
  snow pizza dinner lunch breakfast birthday`.split(/\s+/),
)

function isElsewhere(left: readonly string[]): boolean {
  return left.some((word) => ELSEWHERE.has(word.toLowerCase()))
}

type Said = Pick<Question, 'subjects' | 'periods' | 'by' | 'direction'>

/** What a complete question wants where its words alone leave it open. */
function settled(intent: Intent | undefined, { subjects, periods, by }: Said): Wanted {
  const { instruments, sectors, regions } = subjects
  const several = instruments.length + sectors.length + regions.length > 1
  if (intent === undefined) {
    if (instruments.length === 1 && periods.length === 0) return 'profile'
    return isAnyone(subjects) ? 'performance' : periods.length > 0 ? 'overview' : 'outside'
  }
  if (intent === 'comparison' && instruments.length === 0 && !several)
    return by || sectors.length + regions.length > 0 ? 'movers' : 'overview'
  if (intent === 'performance' && !isAnyone(subjects)) return by ? 'movers' : 'overview'
  if (intent === 'performance' && several) return 'comparison'
  if (intent === 'overview' && (instruments.length > 0 || sectors.length > 0))
    return several ? 'comparison' : 'performance'
  if (intent === 'movers' && instruments.length > 1) return 'comparison'
  if (intent === 'movers' && instruments.length === 1) return 'performance'
  if (intent === 'profile' && instruments.length !== 1)
    return isAnyone(subjects) ? (several ? 'comparison' : 'performance') : 'outside'
  if (intent === 'price' && instruments.length === 0) return isAnyone(subjects) ? 'performance' : 'overview'
  return intent
}

function detailsOf(text: string): Pick<Question, 'direction' | 'count' | 'by'> {
  const isDown =
    /\b(?:worst|bottom|losers?|laggards?|lag(?:s|ged|ging)?|weakest|fell|fall(?:en|ing|s)?|drop(?:s|ped)?|declin\w*|lost|lose|losing|loss(?:es)?|down|plunged?|slump\w*|crash\w*|underperform\w*|decliners?|lowest|least|poorest)\b/i.test(
      text,
    )
  const isUp =
    /\b(?:best|top|winners?|gainers?|leaders?|leading|strongest|rose|rise[sn]?|rising|gain(?:s|ed)?|up|jump\w*|soar\w*|surg\w*|rall\w*|outperform\w*|highest|most)\b/i.test(
      text,
    )
  const count =
    /\b(?:top|best|worst|bottom|biggest|largest|first|last)\s+(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b|\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+(?:top|best|worst|biggest|largest|strongest|weakest|most|safest|riskiest)\b/i.exec(
      text,
    )
  const by = /\bsectors?\b/i.test(text) ? 'sector' : /\bregions?\b/i.test(text) ? 'region' : undefined
  const words = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
  const number = count ? (count[1] ?? count[2]!).toLowerCase() : undefined
  return {
    direction: isDown && !(isUp && /\b(?:best|top|rose|gain)/i.test(text)) ? 'down' : isUp ? 'up' : undefined,
    count:
      number === undefined
        ? undefined
        : Math.max(1, words.includes(number) ? words.indexOf(number) + 2 : Number(number)),
    by,
  }
}

type Reference = 'pronoun' | 'opening' | 'short'

const PRONOUN = /\b(?:it|its|it's|they|them|their|that|this|those|these|the same|both|he|she)\b/i
const OPENING = /^\s*(?:and|what about|how about|but|now|also|then|or|ok(?:ay)?|so|same|instead)\b/i

function refersBack(text: string, words: number, intent: Intent | undefined, said: Said): Reference | undefined {
  const isNamed = isAnyone(said.subjects)
  if (
    PRONOUN.test(text) &&
    !/\b(?:this|that) (?:market|app|data|tool)\b/i.test(text) &&
    said.subjects.instruments.length < 2
  )
    return 'pronoun'
  if (OPENING.test(text)) return 'opening'
  if (intent === undefined && words <= 5) return 'short'
  // "Why?", "How risky?", "In 2025?": a question without a subject belongs to the one before it.
  const needsSubject = [
    'why',
    'risk',
    'averages',
    'price',
    'performance',
    'correlation',
    'moves',
    'profile',
    'comparison',
    'notes',
  ].includes(intent ?? '')
  return needsSubject && !isNamed && !said.by && words <= 6 ? 'short' : undefined
}

function followUp(
  question: Question,
  intent: Intent | undefined,
  last: Question,
  focus: Subjects,
  how: Reference,
): Question {
  const subjects = subjectsOf(question, intent, last, focus, how)
  const periods = question.periods.length > 0 ? question.periods : last.periods
  const isNew =
    intent !== undefined && !(intent === 'overview' && isAnyone(question.subjects)) && !isFiller(intent, question)
  const wants = isNew ? settled(intent, { ...question, subjects }) : settledAgain(last.wants, subjects)
  return {
    ...question,
    wants,
    subjects,
    periods,
    direction: question.direction ?? (isNew ? undefined : last.direction),
    count: question.count ?? (isNew ? undefined : last.count),
    by: question.by ?? (isNew || isAnyone(question.subjects) ? undefined : last.by),
    topic: isNew || isAnyone(question.subjects) ? question.topic : last.topic,
    isFollowUp: true,
  }
}

/** "And how did Europe do?" and "what is Europe doing?" ask for the same as before, of somebody else. */
function isFiller(intent: Intent, { text, subjects, periods }: Question): boolean {
  const isOpen = intent === 'performance' || intent === 'profile'
  return isOpen && OPENING.test(text) && (isAnyone(subjects) || periods.length > 0)
}

function settledAgain(wants: Wanted, subjects: Subjects): Wanted {
  const { instruments, sectors, regions } = subjects
  const count = instruments.length + sectors.length + regions.length
  if (wants === 'comparison' && count < 2) return 'performance'
  if (wants === 'performance' && count > 1) return 'comparison'
  if (wants === 'movers' && instruments.length > 0) return count > 1 ? 'comparison' : 'performance'
  if (wants === 'overview' && (instruments.length > 0 || sectors.length > 0)) return 'performance'
  if (['profile', 'price'].includes(wants) && instruments.length === 0) return 'performance'
  return wants
}

function subjectsOf(
  question: Question,
  intent: Intent | undefined,
  last: Question,
  focus: Subjects,
  how: Reference,
): Subjects {
  const own = question.subjects
  const meant = meantBy(question, last, focus, how)
  if (!isAnyone(own)) return meant
  const joins =
    intent === 'comparison' ||
    intent === 'correlation' ||
    /\b(?:with|to|than|and|both|both of)\b.*\b(?:it|them|that)\b|\b(?:it|them|that)\b.*\b(?:with|to|than|against|and)\b/i.test(
      question.text,
    )
  if (joins) return joined(meant, own)
  // "and in Europe?" narrows the sector that was asked about; "and Europe?" asks about Europe instead.
  if (
    /\b(?:in|within|only|just|of|from|for)\s+\S+\W*$/i.test(question.text) &&
    own.instruments.length === 0 &&
    last.subjects.instruments.length === 0
  ) {
    return {
      ...own,
      sectors: own.sectors.length > 0 ? own.sectors : last.subjects.sectors,
      regions: own.regions.length > 0 ? own.regions : last.subjects.regions,
      kinds: own.kinds.length > 0 ? own.kinds : last.subjects.kinds,
    }
  }
  return own
}

/** Who "it" is: whom the question before named, or else whom the answer to it spoke of first. */
function meantBy(question: Question, last: Question, focus: Subjects, how: Reference): Subjects {
  const isPlural = /\b(?:they|them|their|those|these|both)\b/i.test(question.text)
  const isNamed = last.subjects.instruments.length > 0 || (last.subjects.sectors.length > 0 && last.wants !== 'movers')
  const looksAtAnswer = (how === 'pronoun' || question.wants === 'why') && !isNamed && isAnyone(focus)
  if (!looksAtAnswer) return { ...last.subjects, misspelt: [] }
  if (isPlural) return focus
  // "Energy leads and technology lags. Why did it fall?" means technology.
  const pick = <T>(items: readonly T[]) => (question.direction === 'down' ? items.slice(-1) : items.slice(0, 1))
  if (focus.instruments.length > 0 && (focus.sectors.length === 0 || last.wants === 'movers'))
    return { ...NOBODY, instruments: pick(focus.instruments) }
  if (focus.sectors.length > 0) return { ...NOBODY, sectors: pick(focus.sectors) }
  return focus.regions.length > 0
    ? { ...NOBODY, regions: pick(focus.regions) }
    : { ...NOBODY, instruments: pick(focus.instruments) }
}

function joined(a: Subjects, b: Subjects): Subjects {
  const both = <T>(one: readonly T[], other: readonly T[]) => [...new Set([...one, ...other])]
  return {
    instruments: both(a.instruments, b.instruments),
    sectors: both(a.sectors, b.sectors),
    regions: both(a.regions, b.regions),
    kinds: both(a.kinds, b.kinds),
    misspelt: b.misspelt,
  }
}

/** Whom an answer was about: its first line names them. */
function focusOf(answer: string, world: World): Subjects {
  const headline = answer.split('\n').find((line) => line.trim() !== '') ?? ''
  return { ...findSubjects(wordsOf(headline), world), misspelt: [] }
}
