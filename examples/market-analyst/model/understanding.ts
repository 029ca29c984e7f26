import type { Exchange } from './conversation.ts'
import { detailsOf } from './details.ts'
import { followUp, refersBack } from './follow-up.ts'
import { type Intent, intentOf } from './intent.ts'
import { findPeriods } from './period.ts'
import { isAboutMarket, type Question } from './question.ts'
import { settled } from './settled.ts'
import { findSubjects, isAnyone, NOBODY, type Subjects } from './subjects.ts'
import { isCommon, wordsOf } from './words.ts'
import type { World } from './world.ts'

// From texts to questions: each is understood in the light of those before it.

/** Characters of a question that are read. */
const MOST_READ = 2_000
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
  for (const text of (asked.length > 0 ? asked : ['']).flatMap(sentences)) {
    const question = understand(text, last, focus, world)
    if (isAboutMarket(question)) last = question
    questions.push(question)
  }
  // A greeting before a question is no question of its own.
  const serious = questions.filter(({ wants }) => wants !== 'greeting' && wants !== 'thanks' && wants !== 'empty')
  return (serious.length > 0 ? serious : questions.slice(0, 1)).slice(0, MOST_QUESTIONS)
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
  const isRefused = intent === 'forecast' || intent === 'advice' || intent === 'definition' || intent === 'fundamentals'
  if (isRefused && !isElsewhere(left.map(({ raw }) => raw))) return plainQuestion
  const isDangling = !last && (refers === 'pronoun' || intent === 'why') && words.length <= 3
  if (isDangling && left.length + periods.length === 0 && !isAnyone(subjects))
    return { ...plainQuestion, wants: 'unclear' }
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
  // A capital letter says something except where every sentence has one.
  const names = left.filter(
    (word) => /^[\p{Lu}$]{2}/u.test(word) || (/^[\p{Lu}\p{N}$]/u.test(word) && !text.startsWith(word)),
  )
  const isNamed = isAnyone(subjects)
  if (isNamed) {
    // "How did Novalith do compared to Apple": answer what can be, and say who is not here.
    if (intent && (names.length > 0 || left.length <= 2) && !isElsewhere(left))
      return { ...question, wants: settled(intent, question), unknown: names }
    return { ...question, wants: intent && !isElsewhere(left) ? settled(intent, question) : 'outside' }
  }
  if (intent === 'why' && names.length === 0 && !isElsewhere(left) && left.length <= 4)
    return { ...question, wants: 'notes' }
  const isShort = left.length <= 3
  const isOwnName = isShort && (names.length > 0 || left.length === 1) && !isElsewhere(left)
  if (isOwnName && intent !== 'overview')
    return { ...question, wants: 'unknown', unknown: names.length > 0 ? names : left }
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

/** Whom an answer was about: its first line names them. */
function focusOf(answer: string, world: World): Subjects {
  const headline = answer.split('\n').find((line) => line.trim() !== '') ?? ''
  return { ...findSubjects(wordsOf(headline), world), misspelt: [] }
}
