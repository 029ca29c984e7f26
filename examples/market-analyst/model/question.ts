import type { Intent } from './intent.ts'
import type { Period } from './period.ts'
import type { Subjects } from './subjects.ts'

// What is asked, in a form that a skill can work with.

export type Wanted =
  | Intent
  /** Nothing was said. */
  | 'empty'
  /** A name that the market does not have. */
  | 'unknown'
  /** Refers to something that was not said. */
  | 'unclear'
  /** The end of a task in the background is to be told of. */
  | 'report'
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
  /** Said in a turn that ended before it was answered, and followed by something else. */
  readonly isStale: boolean
  /** What the person said while the model was at work, and made the question what it is. */
  readonly steeredBy?: string | undefined
  /** The text was longer than is read. */
  readonly isCut: boolean
}

export function isAboutMarket({ wants }: Question): boolean {
  return ![
    'empty',
    'outside',
    'unclear',
    'greeting',
    'thanks',
    'help',
    'sql',
    'trade',
    'cancelling',
    'book',
    'backtest',
    'report',
    'unknown',
    'definition',
    'fundamentals',
  ].includes(wants)
}

/** What the words of a text say, before it is known what they want. */
export type Said = Pick<Question, 'subjects' | 'periods' | 'by' | 'direction'>
