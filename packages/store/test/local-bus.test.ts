import { busContract } from '../src/contract.ts'
import { LocalBus } from '../src/index.ts'

busContract('the bus within a process', async () => {
  const bus = new LocalBus()
  return { one: bus.join(), other: bus.join() }
})
