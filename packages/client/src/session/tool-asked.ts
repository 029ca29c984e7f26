import type { RequestView, SessionView } from '@longwire/view'

/** The name of the tool that a `client-tool` request is about: that of its call. */
export function toolAsked({ turns }: SessionView, { call, turn }: RequestView): string | undefined {
  const messages = turns.findLast((each) => each.turn === turn)?.messages ?? []
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'tool' && part.call === call) return part.name
  return undefined
}
