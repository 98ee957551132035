import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { readCoupons } from '../market/reads.ts'
import { Field } from '../parts/field.tsx'
import { Head } from '../parts/head.tsx'
import { Page } from '../parts/page.tsx'
import { Refused } from '../parts/refused.tsx'
import { Time } from '../parts/ticket-card.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { Sentence } from '../words/sentence.tsx'
import { useWords } from '../words/words.ts'

export default function Admin() {
  const visitor = useVisitor()
  const { admin, fields } = useWords()
  const coupons = createAsync(() => readCoupons())
  const refusal = () => visitor.refusal
  return (
    <Page from={coupons()} title={admin.title}>
      {(found) => (
        <>
          <Head title={admin.title} description={admin.description} />
          <h1>{admin.coupons}</h1>
          <Refused failure={refusal()} />
          <form method="post" action="/admin" class="stack panel narrow">
            <input type="hidden" name="idempotencyKey" value={visitor.idempotencyKey} />
            <div class="pair">
              <Field label={fields.quantity} name="quantity" type="number" min="1" value="1" refusal={refusal()} />
              <Field
                label={fields.maxRedemptions}
                name="maxRedemptions"
                type="number"
                min="1"
                value="1"
                refusal={refusal()}
              />
            </div>
            <button type="submit">{admin.makeCoupons}</button>
          </form>
          <ul class="plain">
            <For each={found.coupons}>
              {(coupon) => (
                <li>
                  <code>{coupon.code}</code>,{' '}
                  {admin.used(
                    Array.isArray(coupon.redemptions) ? coupon.redemptions.length : (coupon.redemptions ?? 0),
                    coupon.maxRedemptions ?? 1,
                  )}
                  <Show when={coupon.expiresAt}>
                    {(end) => (
                      <>
                        , <Sentence of={admin.until} parts={{ time: <Time iso={end()} locale={visitor.locale} /> }} />
                      </>
                    )}
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </>
      )}
    </Page>
  )
}
