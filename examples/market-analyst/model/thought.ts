import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { readPrompt } from './conversation.ts'
import { Desk, type WantedCall } from './desk.ts'
import type { Question } from './question.ts'
import { SKILLS } from './skills/index.ts'
import type { Step } from './skills/skill.ts'
import { questionsOf } from './understanding.ts'
import { type World, worldOf } from './world.ts'
import { longDate } from './writing.ts'

/** What one model call comes to: a thought, and either tool calls or an answer. */
export interface Thought {
  readonly reasoning: string
  readonly calls: readonly (WantedCall & { readonly id: string })[]
  /** Markdown; empty while tools are called. */
  readonly text: string
}

const CAVEAT = '*Prices and notes are generated, not real. This is not investment advice.*'

/** Decides what to do next from the prompt alone. The same prompt and tools give the same thought. */
export function think(prompt: LanguageModelV4Prompt, offered: readonly string[]): Thought {
  const conversation = readPrompt(prompt)
  const desk = new Desk(conversation.made, offered)
  const world = worldOf(prompt)
  const name = (calls: readonly WantedCall[]) =>
    calls.map((call, i) => ({ ...call, id: `call-${conversation.turns}-${conversation.calls + i + 1}` }))
  if (!world) {
    desk.ask('find_instruments', {})
    if (desk.isWaiting)
      return { reasoning: 'First I must know which instruments there are.', calls: name(desk.wanted), text: '' }
    return {
      reasoning: '',
      calls: [],
      text: "**I have no market to look at.** Nothing here tells me which instruments there are, so I can't answer.",
    }
  }
  const questions = questionsOf(conversation, world)
  const steps = questions.map((question) => stepFor(question, desk, world))
  const turned =
    conversation.made.length > 0 ? questions.flatMap(({ steeredBy }) => (steeredBy ? [turnedBy(steeredBy)] : [])) : []
  const reasoning = [...turned, ...steps.flatMap(({ thinks }) => (thinks ? [thinks] : []))].join('\n\n')
  if (desk.isWaiting) return { reasoning, calls: name(desk.wanted), text: '' }
  return { reasoning, calls: [], text: written(questions, steps, desk) }
}

function turnedBy(said: string): string {
  return `While I was at it I was told “${said.slice(0, 200)}”. I drop what that rules out and go on from there.`
}

function stepFor(question: Question, desk: Desk, world: World): Step {
  const outside = question.periods.filter(({ isOutside }) => isOutside)
  if (
    outside.length > 0 &&
    !['forecast', 'advice', 'trade', 'book', 'cancelling', 'report', 'outside', 'unknown', 'help'].includes(
      question.wants,
    )
  ) {
    return outsideStep(outside[0]!.label, question.periods.length > outside.length, world)
  }
  try {
    return SKILLS[question.wants](question, desk, world)
  } catch (error) {
    // A tool answered in a shape that is not the one it had when this was written.
    if (!(error instanceof TypeError)) throw error
    return { kind: 'answers', says: "**I can't read what the tools answered**, so I give no figures.", usesData: false }
  }
}

function outsideStep(label: string, hasOther: boolean, { first, today }: World): Step {
  const other = hasOther ? ' Ask about the other period alone and I answer that.' : ''
  return {
    kind: 'answers',
    thinks: 'That time is not in the data.',
    says: `**I have no prices ${label}.** The data covers ${longDate(first)} to ${longDate(today)}; the last day is “today” here.${other}`,
    usesData: false,
  }
}

function written(questions: readonly Question[], steps: readonly Step[], desk: Desk): string {
  const blocks = steps.flatMap((step, i) => {
    if (step.kind !== 'answers') return []
    const question = questions[i]!
    return [
      ...(questions.length > 1 ? [`> ${question.text.replace(/\s+/g, ' ').slice(0, 200)}`] : []),
      step.says,
      ...asides(question),
    ]
  })
  const troubles = desk.troubles.map((trouble) => `${trouble}.`)
  const usesData = steps.some((step) => step.kind === 'answers' && step.usesData)
  return [...blocks, ...(troubles.length > 0 ? [troubles.join(' ')] : []), ...(usesData ? [CAVEAT] : [])].join('\n\n')
}

/** What the reader should know of how the question was read. */
function asides({ subjects, unknown, wants, isCut, steeredBy }: Question): string[] {
  const misspelt = subjects.misspelt.map(({ said, meant }) => `I read “${said}” as ${meant}.`)
  const strangers =
    unknown.length > 0 && wants !== 'unknown' && wants !== 'trade'
      ? [
          `I have no data on ${unknown
            .slice(0, 3)
            .map((name) => `“${name.slice(0, 60)}”`)
            .join(', ')}; that part is left out.`,
        ]
      : []
  const cut = isCut && wants !== 'outside' ? ['Your message is longer than I read; I answered its beginning.'] : []
  const steered = steeredBy
    ? [`This is what you asked for on the way: “${steeredBy.replace(/\s+/g, ' ').slice(0, 200)}”.`]
    : []
  const all = [...misspelt, ...strangers, ...cut, ...steered]
  return all.length > 0 ? [all.join(' ')] : []
}
