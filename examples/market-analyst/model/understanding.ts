import type { Conversation } from './conversation.ts'
import { detailsOf } from './details.ts'
import { followUp, refersBack } from './follow-up.ts'
import { type Intent, intentOf } from './intent.ts'
import { findPeriods } from './period.ts'
import { isAboutMarket, type Question } from './question.ts'
import { settled } from './settled.ts'
import { isTaskReport, withoutSessions } from './skills/backtest.ts'
import { findSubjects, isAnyone, NOBODY, type Subjects } from './subjects.ts'
import { isCommon, type Word, wordsOf } from './words.ts'
import type { World } from './world.ts'

// From texts to questions: each is understood in the light of those before it.

/** Characters of a question that are read. */
const MOST_READ = 2_000
/** Questions of one turn that are answered. */
const MOST_QUESTIONS = 3

/** The questions of what was just said, in the light of all that was said before. */
export function questionsOf(
  { asked, steers, before }: Pick<Conversation, 'asked' | 'steers' | 'before'>,
  world: World,
): Question[] {
  let last: Question | undefined
  let focus: Subjects = NOBODY
  for (const exchange of before) {
    for (const text of exchange.asked.flatMap(sentences)) {
      const question = understand(text, last, focus, world)
      last = remembered(question) ?? last
    }
    if (exchange.answer) focus = focusOf(exchange.answer, world)
  }
  const questions: Question[] = []
  const texts = asked.length > 0 ? asked : ['']
  const firstSteer = texts.length - steers
  for (const [i, said] of texts.entries()) {
    for (const text of sentences(said)) {
      const question = { ...understand(text, last, focus, world), isStale: i < firstSteer - 1 }
      last = remembered(question) ?? last
      if (i < firstSteer) questions.push(question)
      else steer(questions, question)
    }
  }
  // A greeting before a question is no question of its own.
  const serious = questions.filter(({ wants }) => wants !== 'greeting' && wants !== 'thanks' && wants !== 'empty')
  return (serious.length > 0 ? serious : questions.slice(0, 1)).slice(0, MOST_QUESTIONS)
}

/** What later questions refer to. After an order they speak of the share, and never order it again. */
function remembered(question: Question): Question | undefined {
  if (isAboutMarket(question)) return question
  const isOrder = question.wants === 'trade' && question.subjects.instruments.length > 0
  return isOrder ? { ...question, wants: 'performance' } : undefined
}

const ADDS = /^\s*(?:and\b(?! only)|also\b|plus\b|as well\b)/i

/**
 * What is said while the model is at work takes the place of what it was at, where it narrows or changes it; else it is
 * answered as well. What has an effect is never forgotten: it may be done already.
 */
function steer(questions: Question[], question: Question): void {
  const changes =
    question.isFollowUp ||
    /^\s*(?:no\b|only\b|just\b|stop\b|wait\b|rather\b|instead\b)|\binstead\W*$/i.test(question.text)
  if (changes && !ADDS.test(question.text)) {
    const kept = questions.filter(({ wants }) => ['trade', 'cancelling', 'backtest'].includes(wants))
    questions.splice(0, questions.length, ...kept)
    questions.push({ ...question, steeredBy: question.text })
  } else if (question.wants !== 'thanks' && question.wants !== 'empty') questions.push(question)
}

/** Several questions in one text are taken one by one. */
function sentences(text: string): string[] {
  const parts = text.split(/(?<=\?)\s+(?=\S)/).filter((part) => part.trim() !== '')
  return parts.length > 1 ? parts : [text]
}

function understand(asked: string, last: Question | undefined, focus: Subjects, world: World): Question {
  if (isTaskReport(asked)) return { ...NOTHING, text: asked, wants: 'report' }
  const text = asked.slice(0, MOST_READ).trim()
  const isCut = asked.trim().length > MOST_READ
  const isBacktest = intentOf(text) === 'backtest'
  const { periods, rest } = findPeriods(isBacktest ? withoutSessions(text) : text, world)
  const words = wordsOf(rest)
  const subjects = findSubjects(words, world)
  const left = words.filter((word) => !word.used && !isCommon(word.text))
  const intent = intentOf(rest)
  const said = { text, subjects, periods, isCut, topic: left.map(({ text }) => text), ...detailsOf(rest) }
  const plainQuestion: Question = { ...NOTHING, ...said, wants: intent ?? 'outside' }

  if (words.length === 0 && periods.length === 0) return { ...plainQuestion, wants: 'empty' }
  if (intent === 'sql' || intent === 'greeting' || intent === 'thanks') return plainQuestion
  if (intent === 'trade') return orderOf(plainQuestion, left, last, focus)
  if (intent === 'backtest' || intent === 'book' || intent === 'cancelling') return plainQuestion
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

const NOTHING: Question = {
  ...{ text: '', wants: 'empty', subjects: NOBODY, periods: [], unknown: [], topic: [] },
  ...{ isFollowUp: false, isStale: false, isCut: false },
}

const ORDER_WORDS = new Set(
  'buy sell short purchase dump place submit enter execute order orders trade limit lot lots stocks'.split(' '),
)

/** "Buy 20 of it": whom the conversation was about. A name that nobody here has is never taken for another. */
function orderOf(question: Question, left: readonly Word[], last: Question | undefined, focus: Subjects): Question {
  const { subjects } = question
  const isNamed = isAnyone({ ...subjects, kinds: [] })
  const strangers = left.filter(({ text }) => !ORDER_WORDS.has(text)).map(({ raw }) => raw)
  if (!isNamed && strangers.length > 0) return { ...question, unknown: strangers }
  if (isNamed || !last || refersBack(question.text, 1, 'trade', question) !== 'pronoun') return question
  return { ...question, subjects: followUp(question, 'trade', last, focus, 'pronoun').subjects }
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
