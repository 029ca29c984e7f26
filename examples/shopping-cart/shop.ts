// Fills a cart from a stream that fails half-way, and checks that the cart went back by itself.
// `node --conditions=longwire-source examples/shopping-cart/shop.ts http://127.0.0.1:8787`
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { connect } from '@longwire/client'
import { openCart, Shelf } from './cart.ts'

/** Goes through the story at this server, and throws where it is not as it should be. Returns what the person saw. */
export async function shop(url: string): Promise<readonly string[]> {
  const client = connect(url)
  const session = await client.open({ agent: 'cart' })
  const shelf = new Shelf()
  const receipts: string[] = []
  const seen: string[] = []
  const cart = await openCart(session, shelf, receipts).ready
  const look = () => {
    const now = cart.value.things.join(', ')
    if (now !== (seen.at(-1) ?? '')) seen.push(now)
  }
  cart.subscribe(look)

  await session.ask('apples\npears').result
  await cartIs(cart, ['apples', 'pears'])

  await assert.rejects(session.ask('bread\nbutter\n!\neggs').result)
  await cartIs(cart, ['apples', 'pears'])
  assert.ok(seen.includes('apples, pears, bread'), `bread was in the cart for a while: ${seen.join(' | ')}`)
  while (shelf.held.join() !== 'apples,pears') {
    await setImmediate()
  }
  assert.equal(receipts.length, 1)

  await session.ask('tea').result
  await cartIs(cart, ['apples', 'pears', 'tea'])
  client.close()
  return seen
}

async function cartIs(cart: ReturnType<typeof openCart>, things: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (cart.value.things.join() !== things.join() || cart.value !== cart.committed) return
      stop()
      resolve()
    }
    const stop = cart.subscribe(look)
    look()
  })
}

if (import.meta.main) {
  const seen = await shop(process.argv[2] ?? 'http://127.0.0.1:8787')
  console.log(seen.map((things) => `cart: ${things || '(empty)'}`).join('\n'))
}
