import type { RequestAnswer } from '@longwire/client'
import { LongwireError } from '@longwire/client'
import type { RequestView } from '@longwire/view'
import { useState } from 'react'
import type { Talks } from '../line/talks.ts'
import { attempt, say } from '../shell/toast.ts'

/** Answers a request once, and says so where somebody else was first. */
export function useAnswer(request: RequestView, live: Talks) {
  const [isAnswering, setAnswering] = useState(false)
  async function answer(given: RequestAnswer) {
    setAnswering(true)
    const isDone = await attempt('That could not be answered', () =>
      live.session.answer(request.request, given).catch((error: unknown) => {
        if (!(error instanceof LongwireError) || error.code !== 'already_settled') throw error
        say('Somebody was faster', 'This was answered, or ran out, a moment ago.')
      }),
    )
    if (!isDone) setAnswering(false)
  }
  return { isAnswering, answer }
}
