import type { TurnView } from '@longwire/view'

/** Whether the turn waits for nothing but a person: nothing is being said, and each call that runs is one that is asked about. */
export function isQuiet({ status, messages, requests }: TurnView): boolean {
  if (status !== 'waiting') return false
  const asked = new Set(
    requests.flatMap(({ outcome, call }) => (outcome === undefined && call !== undefined ? [call] : [])),
  )
  return (
    messages.every(({ parts }) =>
      parts.every((part) => {
        if (part.type !== 'tool') return true
        return part.state.startsWith('output') || asked.has(part.call)
      }),
    ) &&
    messages.every(
      ({ draft, parts }) => !draft || parts.every((part) => part.type === 'tool' && part.startedAt !== undefined),
    )
  )
}
