import { useCallback, useEffect, useRef, useState } from 'react'
import { asked } from '../line/asked.ts'
import { useStay } from '../line/stay-context.ts'

export interface Door<T> {
  readonly body: T | undefined
  readonly error: string | undefined
  /** Asks again at once. */
  readonly again: () => void
}

/** What a door answers, asked again every `everyMs` while the page is seen. The last answer stays while a new one is awaited. */
export function useDoor<T>(path: string, everyMs: number): Door<T> {
  const stay = useStay()
  const [answer, setAnswer] = useState<{ path: string; body?: T; error?: string }>({ path })
  const ask = useRef<() => void>(() => {})
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    async function look() {
      clearTimeout(timer)
      if (!document.hidden) {
        try {
          const body = await asked<T>(stay, path)
          if (!isOver) setAnswer({ path, body })
        } catch (error) {
          if (!isOver) setAnswer((before) => ({ ...before, path, error: (error as Error).message }))
        }
      }
      if (!isOver) timer = setTimeout(() => void look(), everyMs)
    }
    ask.current = () => void look()
    const onSeen = () => document.hidden || void look()
    document.addEventListener('visibilitychange', onSeen)
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onSeen)
    }
  }, [stay, path, everyMs])
  const again = useCallback(() => ask.current(), [])
  const isOfThis = answer.path === path
  return { body: isOfThis ? answer.body : undefined, error: isOfThis ? answer.error : undefined, again }
}
