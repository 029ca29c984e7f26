import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { type Ask, askIn } from './ask.ts'
import { readPrompt } from './conversation.ts'
import { Desk, type WantedCall } from './desk.ts'
import { bullets, type Step, says } from './skill.ts'
import { fix } from './skills/fixing.ts'
import { describeTheProject, listTheFiles, searchFor, showFile } from './skills/looking.ts'
import { rename } from './skills/renaming.ts'
import { runTheTests } from './skills/testing.ts'

/** What one model call comes to: a thought, and either tool calls or an answer. */
export interface Thought {
  readonly reasoning: string
  readonly calls: readonly (WantedCall & { readonly id: string })[]
  /** Markdown; empty while tools are called. */
  readonly text: string
}

/** Decides what to do next from the prompt alone. The same prompt and tools give the same thought. */
export function think(prompt: LanguageModelV4Prompt, offered: readonly string[]): Thought {
  const { asked, made, calls, turns } = readPrompt(prompt)
  const desk = new Desk(made, offered)
  const step = stepFor(askOf(asked), asked.join(' '), desk)
  if (desk.isWaiting) {
    const named = desk.wanted.map((call, i) => ({ ...call, id: `call-${turns}-${calls + i + 1}` }))
    return { reasoning: step.kind === 'asks' ? step.thinks : '', calls: named, text: '' }
  }
  const text = step.kind === 'answers' ? step.says : '**I could not do this.**'
  return { reasoning: '', calls: [], text: [text, ...desk.troubles.map((trouble) => `${trouble}.`)].join('\n\n') }
}

/** What was asked first, unless something else was asked while it was worked on. */
function askOf(asked: readonly string[]): Ask {
  const [first, ...later] = asked.map(askIn)
  return later.findLast(({ kind }) => kind !== 'unclear') ?? first ?? { kind: 'unclear' }
}

function stepFor(ask: Ask, text: string, desk: Desk): Step {
  switch (ask.kind) {
    case 'fix':
      return fix(desk, significant(text))
    case 'test':
      return runTheTests(desk)
    case 'rename':
      return rename(desk, ask.from, ask.to)
    case 'describe':
      return describeTheProject(desk)
    case 'list':
      return listTheFiles(desk)
    case 'read':
      return showFile(desk, ask.path)
    case 'search':
      return searchFor(desk, ask.text)
    case 'stop':
      return says('**I have stopped.** What you approved is in the folder, and nothing else is.')
    case 'greeting':
      return says('Hello! I work with you on the project in this folder.', ABILITIES)
    case 'help':
      return says(ABILITIES)
    case 'unclear':
      return says("**I don't know what you want me to do.**", ABILITIES)
  }
}

const ABILITIES = `I can:

${bullets([
  'say what the project does: “What does this project do?”',
  'run its tests, and mend those that fail: “Fix the failing tests.”',
  'rename something: “Rename lineTotal to priceOfLine.”',
  'find and show code: “Where is discountFor used?”, “Show src/basket.js”',
])}

Nothing is changed before you have seen the diff and approved it.`

const COMMON = new Set(
  'the and that this those these please fix repair mend debug solve make pass failing failed fails test tests all only just can you for with them what why it is one ones'.split(
    ' ',
  ),
)

/** Words that may name a test. */
function significant(text: string): string[] {
  return (text.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? []).filter((word) => !COMMON.has(word))
}
