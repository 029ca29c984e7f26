import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineTotal, total } from '../src/basket.js'
import { discountFor } from '../src/discount.js'

test('nine of one item cost nine times its price', () => {
  assert.equal(lineTotal({ price: 100, quantity: 9 }), 900)
})

test('ten of one item are 10% cheaper', () => {
  assert.equal(discountFor(10), 0.1)
})

test('a basket is the sum of its lines', () => {
  const lines = [
    { price: 250, quantity: 2 },
    { price: 100, quantity: 20 },
  ]
  assert.equal(total(lines), 2300)
})
