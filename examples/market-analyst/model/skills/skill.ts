import type { Desk } from '../desk.ts'
import type { Question } from '../question.ts'
import type { World } from '../world.ts'

/** How one kind of question is answered. */
export type Skill = (question: Question, desk: Desk, world: World) => Step

export type Step =
  /** What it thinks, and what it must find out before it goes on: the desk has the calls. */
  | { readonly kind: 'asks'; readonly thinks: string }
  /** What it noticed, and the answer in Markdown. The first line names whom it is about. */
  | {
      readonly kind: 'answers'
      readonly thinks?: string | undefined
      readonly says: string
      readonly usesData: boolean
    }

export function asks(thinks: string): Step {
  return { kind: 'asks', thinks }
}

/** An answer made of figures and notes; blocks that are empty are left out. */
export function answers(thinks: string, ...blocks: readonly (string | undefined | null | false)[]): Step {
  return { kind: 'answers', thinks, says: blocks.filter(Boolean).join('\n\n'), usesData: true }
}

/** An answer that needed no data. */
export function says(...blocks: readonly (string | undefined | false)[]): Step {
  return { kind: 'answers', says: blocks.filter(Boolean).join('\n\n'), usesData: false }
}

/** Where no tool gave a figure. What went wrong is told below the answer. */
export function nothingToShow(desk: Desk): Step {
  return says(
    'I could not find anything out about this.',
    desk.troubles.length === 0 && 'The tools gave no figures for it.',
  )
}

export type { Desk, Question, World }
