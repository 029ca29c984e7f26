import { useEffect, useState } from 'react'
import { asked } from '../line/asked.ts'
import { useStay } from '../line/stay-context.ts'

let known: Promise<boolean> | undefined

/** Whether whoever is here may see the operator's page: the server says so, asked once for the life of the page. */
export function useIsOperator(): boolean {
  const stay = useStay()
  const [isOperator, setOperator] = useState(false)
  useEffect(() => {
    let isOver = false
    known ??= asked(stay, '/v1/operator/stats').then(
      () => true,
      () => false,
    )
    void known.then((answer) => isOver || setOperator(answer))
    return () => {
      isOver = true
    }
  }, [stay])
  return isOperator
}
