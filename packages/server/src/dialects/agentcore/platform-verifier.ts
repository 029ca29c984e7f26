import type { Verifier } from '../../auth/verifier.ts'
import { namedUser } from './fields.ts'

const DOORS = /^\/(ping|invocations|ws)(\?|$)/
const PLATFORM = 'platform'

/**
 * Believes the platform that a container stands behind: it has recognised whoever comes this far, and says in a header for
 * whom. It knows requests to the doors of the container alone, so that all others stay shut.
 */
export const platformVerifier: Verifier = {
  name: 'platform',
  async verify(request) {
    if (!DOORS.test(request.url ?? '')) return undefined
    const user = namedUser(request)
    return { principal: user ?? PLATFORM, sees: { trace: 'step', reasoning: true } }
  },
}
