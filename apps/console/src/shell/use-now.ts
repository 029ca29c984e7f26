import { useEffect, useState } from 'react'

/** The time, told anew every `ms` while `isNeeded`. */
export function useNow(ms: number, isNeeded = true): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!isNeeded) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), ms)
    return () => clearInterval(timer)
  }, [ms, isNeeded])
  return now
}
