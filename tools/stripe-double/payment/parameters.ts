import { currencies, currencyNamed } from '@fairpass/sdk/values'
import { missingParameter, parameterRefused } from '../errors.ts'
import { branch, type Form, flag, list, metadata, oneOf, only, required, text, whole } from '../request/form.ts'
import type { NewIntent } from '../shapes.ts'
import type { ConfirmationRequest } from './account.ts'
import type { RefundRequest } from './refunds.ts'

// What stripe-node declares for each call. What the double doesn't model it takes and leaves unused, like a
// statement descriptor; what Stripe doesn't know is refused.
const sharedParameters =
  'allowed_payment_method_types amount_details error_on_requires_action excluded_payment_method_types expand hooks off_session payment_details payment_method payment_method_options radar_options receipt_email return_url setup_future_usage shipping use_stripe_sdk'
const createParameters =
  `${sharedParameters} amount automatic_payment_methods capture_method confirm confirmation_method currency description metadata statement_descriptor statement_descriptor_suffix transfer_group`.split(
    ' ',
  )
const confirmParameters = sharedParameters.split(' ')
const captureParameters =
  'amount_to_capture expand final_capture metadata statement_descriptor statement_descriptor_suffix'.split(' ')
const refundParameters = 'amount charge expand metadata payment_intent reason'.split(' ')

export const amountOf = (form: Form): number => {
  const amount = whole(form, 'amount')
  if (amount === undefined) throw missingParameter('amount')
  if (amount < 1) {
    throw parameterRefused('parameter_invalid_integer', 'amount', 'This value must be greater than or equal to 1.')
  }
  const { max } = currencyNamed(currencyOf(form))
  if (amount > max) throw parameterRefused('amount_too_large', 'amount', `Amount must be no more than ${max}`)
  return amount
}

export const currencyOf = (form: Form): string => {
  const currency = required(form, 'currency').toLowerCase()
  if (!currencies.has(currency)) {
    const known = [...currencies.keys()].join(', ')
    const message = `Invalid currency: ${currency}. Stripe currently supports these currencies: ${known}`
    throw parameterRefused('parameter_invalid_string', 'currency', message)
  }
  return currency
}

/**
 * Allowed types, or what the Dashboard enables; the latter is the default, and it may redirect.
 * https://docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter
 */
const methodsOf = (form: Form): Pick<NewIntent, 'allowedPaymentMethodTypes' | 'automaticPaymentMethods'> => {
  const allowed = list(form, 'allowed_payment_method_types')
  const automatic = branch(form, 'automatic_payment_methods')
  const rival = ['automatic_payment_methods', 'excluded_payment_method_types'].find((name) => form[name] !== undefined)
  if (allowed.length > 0 && rival) {
    throw parameterRefused(
      'parameter_invalid',
      'allowed_payment_method_types',
      `You may only specify one of these parameters: allowed_payment_method_types, ${rival}.`,
    )
  }
  if (allowed.length > 0 && !allowed.includes('card')) {
    throw parameterRefused('parameter_invalid', 'allowed_payment_method_types', 'The double takes cards only.')
  }
  if (allowed.length > 0) return { allowedPaymentMethodTypes: allowed, automaticPaymentMethods: null }
  const redirects = automatic && oneOf(automatic, 'allow_redirects', ['always', 'never'])
  return {
    allowedPaymentMethodTypes: null,
    automaticPaymentMethods: { enabled: true, allow_redirects: redirects ?? 'always' },
  }
}

/** https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents */
const known = (form: Form, names: readonly string[]) => {
  if (form.payment_method_types !== undefined) {
    throw parameterRefused(
      'payment_method_types_no_longer_supported',
      'payment_method_types',
      'The parameter payment_method_types is no longer supported; use allowed_payment_method_types or automatic_payment_methods.',
    )
  }
  only(form, names)
}

const confirmationOf = (form: Form): ConfirmationRequest => ({
  paymentMethod: text(form, 'payment_method'),
  returnUrl: text(form, 'return_url'),
  offSession: flag(form, 'off_session'),
  errorOnRequiresAction: flag(form, 'error_on_requires_action'),
})

export type IntentRequest = {
  intent: NewIntent
  attach: string | undefined
  confirmation: ConfirmationRequest | undefined
}

export const parseCreation = (form: Form): IntentRequest => {
  known(form, createParameters)
  const confirms = flag(form, 'confirm') ?? false
  for (const name of ['return_url', 'off_session', 'error_on_requires_action']) {
    if (!confirms && form[name] !== undefined) {
      throw parameterRefused(
        'parameter_invalid',
        name,
        `The parameter \`${name}\` cannot be passed when creating a PaymentIntent unless \`confirm\` is set to true.`,
      )
    }
  }
  return {
    intent: {
      amount: amountOf(form),
      currency: currencyOf(form),
      captureMethod: oneOf(form, 'capture_method', ['automatic', 'automatic_async', 'manual']) ?? 'automatic_async',
      confirmationMethod: oneOf(form, 'confirmation_method', ['automatic', 'manual']) ?? 'automatic',
      ...methodsOf(form),
      metadata: metadata(form),
      description: text(form, 'description') ?? null,
      receiptEmail: text(form, 'receipt_email') ?? null,
      transferGroup: text(form, 'transfer_group') ?? null,
      statementDescriptorSuffix: text(form, 'statement_descriptor_suffix') ?? null,
    },
    attach: text(form, 'payment_method'),
    confirmation: confirms ? confirmationOf(form) : undefined,
  }
}

export const parseConfirmation = (form: Form): ConfirmationRequest => {
  known(form, confirmParameters)
  return confirmationOf(form)
}

export const parseCapture = (form: Form): number | undefined => {
  only(form, captureParameters)
  return whole(form, 'amount_to_capture')
}

export const parseCancellation = (form: Form) => {
  only(form, ['cancellation_reason', 'expand'])
  return oneOf(form, 'cancellation_reason', ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']) ?? null
}

export type RefundFrom = {
  intent: string | undefined
  charge: string | undefined
}

export const parseRefund = (form: Form): { from: RefundFrom; asked: RefundRequest } => {
  only(form, refundParameters)
  const from = { intent: text(form, 'payment_intent'), charge: text(form, 'charge') }
  if ((from.intent === undefined) === (from.charge === undefined)) {
    throw parameterRefused(
      'parameter_missing',
      'payment_intent',
      'One of the following params should be provided for this request: payment_intent or charge.',
    )
  }
  return {
    from,
    asked: {
      amount: whole(form, 'amount'),
      reason: oneOf(form, 'reason', ['duplicate', 'fraudulent', 'requested_by_customer']) ?? null,
      metadata: metadata(form),
    },
  }
}
