import { Toast } from '@base-ui/react/toast'

export const toasts = Toast.createToastManager()

/** Says something in a corner of the page, for a while. */
export function say(title: string, about?: string): void {
  toasts.add({ title, ...(about === undefined ? {} : { description: about }) })
}

/** Does it, and says so where it fails. Resolves with whether it went well. */
export async function attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    toasts.add({ title: what, description: (error as Error).message, priority: 'high', type: 'wrong' })
    return false
  }
}
