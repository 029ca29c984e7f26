import { useEffect, useState } from 'react'
import { beforeNextPicture } from '../line/frames.ts'
import type { FrameTap, Passed } from './frame-tap.ts'

/** What the tap holds, looked at once for each picture however fast frames pass. */
export function useFrames(tap: FrameTap): readonly Passed[] {
  const [passed, setPassed] = useState(tap.passed)
  useEffect(() => {
    let stop: (() => void) | undefined
    const look = () => {
      stop ??= beforeNextPicture(() => {
        stop = undefined
        setPassed(tap.passed)
      })
    }
    look()
    const leave = tap.subscribe(look)
    return () => {
      leave()
      stop?.()
    }
  }, [tap])
  return passed
}
