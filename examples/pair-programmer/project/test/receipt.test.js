import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, page, pageCount, receipt } from '../src/receipt.js'

test('a full page is one page', () => {
  assert.equal(pageCount(20, 10), 2)
})

test('the lines that are left over take a page of their own', () => {
  assert.equal(pageCount(25, 10), 3)
})

test('the second page begins where the first one ends', () => {
  assert.deepEqual(page(['a', 'b', 'c', 'd', 'e'], 2, 2), ['c', 'd'])
})

test('money has two decimals', () => {
  assert.equal(money(105), '1.05')
})

test('a receipt ends with the total', () => {
  assert.match(receipt([{ name: 'tea', price: 350, quantity: 2 }]), /Total {2}7\.00$/)
})
