import { createAsync } from '@solidjs/router'
import { For } from 'solid-js'
import { readCoupons } from '../market/reads.ts'
import { Field } from '../parts/field.tsx'
import { Head } from '../parts/head.tsx'
import { Page } from '../parts/page.tsx'
import { Refused } from '../parts/refused.tsx'
import { Time } from '../parts/ticket-card.tsx'
import { useVisitor } from '../parts/visitor.tsx'

export default function Admin() {
  const visitor = useVisitor()
  const coupons = createAsync(() => readCoupons())
  const refusal = () => visitor.refusal
  return (
    <Page from={coupons()} title="Admin">
      {(found) => (
        <>
          <Head title="Admin" description="For admins." />
          <h1>Coupons</h1>
          <Refused failure={refusal()} />
          <form method="post" action="/admin" class="stack panel narrow">
            <input type="hidden" name="idempotencyKey" value={visitor.idempotencyKey} />
            <div class="pair">
              <Field label="How many" name="quantity" type="number" min="1" value="1" refusal={refusal()} />
              <Field label="Uses of each" name="maxRedemptions" type="number" min="1" value="1" refusal={refusal()} />
            </div>
            <button type="submit">Make coupons</button>
          </form>
          <ul class="plain">
            <For each={found.coupons}>
              {(coupon) => (
                <li>
                  <code>{coupon.code}</code>, used{' '}
                  {Array.isArray(coupon.redemptions) ? coupon.redemptions.length : (coupon.redemptions ?? 0)} of{' '}
                  {coupon.maxRedemptions ?? 1}
                  {coupon.expiresAt ? (
                    <>
                      , until <Time iso={coupon.expiresAt} locale={visitor.locale} />
                    </>
                  ) : null}
                </li>
              )}
            </For>
          </ul>
        </>
      )}
    </Page>
  )
}
