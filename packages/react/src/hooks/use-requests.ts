import type { Session } from '@longwire/client'
import type { RequestView } from '@longwire/view'
import { useView } from './use-view.ts'

/** What the agent asks and nobody has answered, oldest first. It is answered with `session.answer(request, answer)`. */
export function useRequests(options: { readonly session?: Session } = {}): readonly RequestView[] {
  return useView((view) => view.requests, options)
}
