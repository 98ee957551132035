import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { Field } from '../../components/form/field.tsx'
import { IdempotencyKey } from '../../components/form/idempotency-key.tsx'
import { AdminPage } from '../../components/layout/admin-page.tsx'
import { NextPageLink } from '../../components/layout/next-page-link.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { Coupon } from '../../domain/schemas/admin.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readCoupons } from '../../queries/admin.ts'

export default function AdminCoupons() {
  const location = useLocation()
  const visitor = useVisitor()
  const { admin, fields } = useMessages()
  const coupons = createAsync(() => readCoupons(location.search))
  const refusal = () => visitor.refusal
  return (
    <Page from={coupons()} title={admin.coupons}>
      {(found) => (
        <AdminPage tab="coupons" done={{ made: admin.made, withdrawn: admin.couponWithdrawn }}>
          <form method="post" action="/admin" class="stack panel narrow">
            <IdempotencyKey />
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
              <Field label={fields.expiresAt} name="expiresAt" type="date" refusal={refusal()} />
            </div>
            <button type="submit">{admin.makeCoupons}</button>
          </form>
          <Show when={found.coupons.length > 0} fallback={<p class="panel empty">{admin.noCoupons}</p>}>
            <ul class="plain panel">
              <For each={found.coupons}>{(coupon) => <CouponRow coupon={coupon} />}</For>
            </ul>
          </Show>
          <NextPageLink cursor={found.nextCursor} path="/admin" words={admin.more} />
        </AdminPage>
      )}
    </Page>
  )
}

const CouponRow = (props: { coupon: Coupon }) => {
  const visitor = useVisitor()
  const { admin } = useMessages()
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div>
        <code>{props.coupon.code}</code>{' '}
        <span class="text-soft">
          {admin.used(props.coupon.redemptions, props.coupon.maxRedemptions)}
          <Show when={props.coupon.expiresAt}>
            {(end) => (
              <>
                , <Sentence of={admin.until} parts={{ time: <Time iso={end()} locale={visitor.locale} /> }} />
              </>
            )}
          </Show>
        </span>
      </div>
      <Show when={!props.coupon.withdrawnAt} fallback={<p class="status">{admin.withdrawn}</p>}>
        <form method="post" action="/admin">
          <input type="hidden" name="intent" value="withdraw" />
          <input type="hidden" name="id" value={props.coupon.code} />
          <button type="submit" class="quiet small">
            {admin.withdraw}
            <span class="sr-only">{` ${props.coupon.code}`}</span>
          </button>
        </form>
      </Show>
    </li>
  )
}
