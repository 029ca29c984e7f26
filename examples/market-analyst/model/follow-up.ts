import type { Intent } from './intent.ts'
import type { Question, Said } from './question.ts'
import { settled, settledAgain } from './settled.ts'
import { coherent, countOf, isAnyone, NOBODY, type Subjects, singlesOf } from './subjects.ts'

// A follow-up takes what it leaves out from the question before it, and what "it" means from the answer before it.

/** How a text shows that it goes on from what was said. */
export type Reference = 'pronoun' | 'opening' | 'short'

const PRONOUN = /\b(?:it|its|it's|they|them|their|that|this|those|these|the same|both|he|she)\b/i
const OPENING = /^\s*(?:and|what about|how about|but|now|also|then|or|ok(?:ay)?|so|same|instead)\b/i

export function refersBack(text: string, words: number, intent: Intent | undefined, said: Said): Reference | undefined {
  const isNamed = isAnyone(said.subjects)
  if (PRONOUN.test(text) && !/\b(?:this|that) (?:market|app|data|tool)\b/i.test(text) && countOf(said.subjects) < 2)
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

export function followUp(
  question: Question,
  intent: Intent | undefined,
  last: Question,
  focus: Subjects,
  how: Reference,
): Question {
  const subjects = coherent(subjectsOf(question, intent, last, focus, how))
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
  const { instruments, sectors } = last.subjects
  // "Compare A and B. … Why did it fall?" speaks of the one that the answer put first.
  const isSingular = /\b(?:it|its|it's)\b/i.test(question.text)
  const isOneOfMany = isSingular && singlesOf(last.subjects).length > 1 && focus.instruments.length > 0
  const isNamed = !isOneOfMany && (instruments.length > 0 || (sectors.length > 0 && last.wants !== 'movers'))
  const looksAtAnswer = (how === 'pronoun' || question.wants === 'why') && !isNamed && isAnyone(focus)
  if (!looksAtAnswer) return { ...last.subjects, misspelt: [] }
  if (isPlural) return focus
  // "Energy leads and technology lags. Why did it fall?" means technology.
  const hasTwoEnds = ['overview', 'comparison', 'movers'].includes(last.wants) && last.direction === undefined
  const pick = <T>(items: readonly T[]) =>
    hasTwoEnds && question.direction === 'down' ? items.slice(-1) : items.slice(0, 1)
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
    themes: both(a.themes, b.themes),
    sectors: both(a.sectors, b.sectors),
    regions: both(a.regions, b.regions),
    kinds: both(a.kinds, b.kinds),
    misspelt: b.misspelt,
  }
}
