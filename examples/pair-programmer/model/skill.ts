import type { Desk } from './desk.ts'

/** Runs from its top in each step: either something is wanted at the desk, or this is the answer. */
export type Step =
  | { readonly kind: 'asks'; readonly thinks: string }
  | { readonly kind: 'answers'; readonly says: string }

export function asks(thinks: string): Step {
  return { kind: 'asks', thinks }
}

/** Blocks that are empty are left out. */
export function says(...blocks: readonly (string | undefined | false)[]): Step {
  return { kind: 'answers', says: blocks.filter(Boolean).join('\n\n') }
}

/** Where no tool answered. What went wrong is told below. */
export function nothingToShow(desk: Desk): Step {
  return says('**I could not do this.**', desk.troubles.length === 0 && 'The tools gave me nothing to go by.')
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

export function fenced(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)))
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
