import { expect, test } from 'bun:test'
import { failuresIn, skippedIn } from './junit.ts'

const report = `<testsuites tests="4" failures="2" skipped="1">
  <testcase name="is sold &amp; paid" classname="" time="0.0009" file="a.test.ts" assertions="1" />
  <testcase name="ends in time" classname="an order &gt; open" time="1.25" file="a.test.ts" assertions="1">
    <failure type="AssertionError" message="expect(received).toBe(expected)">expect(received).toBe(expected)&#10;&#10;Expected: 2&#10;</failure>
  </testcase>
  <testcase name="hangs" classname="" time="60" file="b.test.ts" assertions="0">
    <failure type="TimeoutError" message="test timed out" />
  </testcase>
  <testcase name="needs Docker" classname="" time="0" file="b.test.ts" assertions="0">
    <skipped />
  </testcase>
</testsuites>`

test('what failed is named with its time and its reason, what was skipped by its name', () => {
  expect(failuresIn(report, 'e2e')).toEqual([
    'failed: a.test.ts: an order > open > ends in time (e2e)\n    1250 ms\n    expect(received).toBe(expected)\n    Expected: 2',
    'failed: b.test.ts: hangs (e2e)\n    60000 ms\n    test timed out',
  ])
  expect(skippedIn(report)).toEqual(['b.test.ts: needs Docker'])
})

test('a reason of many lines is cut, and so is a line of many characters', () => {
  const long = report.replace('Expected: 2', Array.from({ length: 99 }, () => 'x'.repeat(999)).join('&#10;'))
  const [failure = ''] = failuresIn(long, 'e2e')
  expect(failure.split('\n')).toHaveLength(31)
  expect(Math.max(...failure.split('\n').map(({ length }) => length))).toBe(404)
})
